#include <fmt/format.h>

#include <limits>

#include "base/number.hpp"
#include "receiver/rules.hpp"

// Classic histograms: what their series, which may come in several requests, say together.
namespace bpfpush::conformance {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Fault cumulative_fault(const ClassicInstant& instant) {
  double below = -kInfinity;
  double count_below = 0;
  for (const auto& [upper, count] : instant.buckets) {
    if (count < count_below) {
      return fmt::format("le=\"{}\" counts {}, and the {} of le=\"{}\" are among them",
                         format_number(upper), count, count_below, format_number(below));
    }
    below = upper;
    count_below = count;
  }
  return std::nullopt;
}

Fault count_fault(const ClassicInstant& instant) {
  const auto last = instant.buckets.find(kInfinity);
  if (!instant.count || last == instant.buckets.end()) return std::nullopt;
  if (*instant.count == last->second) return std::nullopt;
  return fmt::format("_count is {}, and le=\"+Inf\" counts {}", *instant.count, last->second);
}

Fault infinite_fault(const ClassicPast& past) {
  if (past.has_infinite_bucket) return std::nullopt;
  return "there are buckets, and none of them has le=\"+Inf\"";
}

constexpr std::string_view kSource = "OpenMetrics, Histogram";
constexpr Check<ClassicInstant> kChecks[] = {
    {{"classic_cumulative", Level::kMust, Level::kMust, kSource,
      "A bucket counts what the buckets below it do, and more"},
     cumulative_fault},
    {{"classic_count", Level::kMust, Level::kMust, kSource, "_count is what le=\"+Inf\" counts"},
     count_fault},
};
constexpr Check<ClassicPast> kPastChecks[] = {
    {{"classic_infinite_bucket", Level::kMust, Level::kMust, kSource,
      "A histogram has a bucket le=\"+Inf\""},
     infinite_fault},
};

}  // namespace

std::span<const Check<ClassicInstant>> classic_rules() {
  return kChecks;
}

std::span<const Check<ClassicPast>> classic_past_rules() {
  return kPastChecks;
}

}  // namespace bpfpush::conformance
