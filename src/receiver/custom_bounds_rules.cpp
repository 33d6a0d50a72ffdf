#include <fmt/format.h>

#include <cmath>

#include "receiver/native_buckets.hpp"
#include "receiver/rules.hpp"

// Native histograms with custom bounds, schema -53.
namespace bpfpush::conformance {
namespace {

bool is_custom(const ReceivedHistogram& histogram) {
  return histogram.schema == kCustomBoundsSchema;
}

Fault version_fault(const ReceivedHistogram& histogram) {
  if (!is_custom(histogram) && histogram.custom_values.empty()) return std::nullopt;
  return "the histogram has custom bounds, and the request is of 1.0";
}

Fault ascending_fault(const ReceivedHistogram& histogram) {
  const auto& bounds = histogram.custom_values;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i])) return fmt::format("bound {} is {}", i + 1, bounds[i]);
    if (i > 0 && bounds[i] <= bounds[i - 1]) {
      return fmt::format("bound {} is {}, after {}", i + 1, bounds[i], bounds[i - 1]);
    }
  }
  return std::nullopt;
}

Fault unused_fault(const ReceivedHistogram& histogram) {
  if (is_custom(histogram) || histogram.custom_values.empty()) return std::nullopt;
  return fmt::format("there are {} custom bounds, and the schema is {}",
                     histogram.custom_values.size(), histogram.schema);
}

// Bucket i ends at bound i; the one behind the last bound is +Inf.
Fault range_fault(const ReceivedHistogram& histogram) {
  if (!is_custom(histogram)) return std::nullopt;
  const auto buckets = static_cast<std::int64_t>(histogram.custom_values.size()) + 1;
  std::int64_t at = 0;
  for (const ReceivedSpan& span : histogram.positive.spans) {
    const std::int64_t first = at + span.offset;
    at = first + span.length;
    if (first >= 0 && at <= buckets) continue;
    return fmt::format("a span has buckets {} to {}, and there are {}", first, at - 1, buckets);
  }
  return std::nullopt;
}

Fault other_buckets_fault(const ReceivedHistogram& histogram) {
  if (!is_custom(histogram)) return std::nullopt;
  const ReceivedBuckets& negative = histogram.negative;
  if (!negative.spans.empty() || !negative.deltas.empty() || !negative.counts.empty()) {
    return "there are negative buckets";
  }
  if (histogram.zero_count() != 0 || histogram.zero_threshold != 0) return "there is a zero bucket";
  return std::nullopt;
}

constexpr std::string_view kSource = "Native histograms, Custom values; types.proto";
constexpr Check<ReceivedHistogram> kChecks[] = {
    {{"custom_bounds_version", Level::kMust, Level::kNone, "prompb/types.proto, custom_values",
      "Custom bounds are sent with 2.0 only", Effect::kDropped},
     version_fault},
    {{"custom_bounds_ascend", Level::kMust, Level::kMust, kSource,
      "Custom bounds are finite and ascend", Effect::kRefused},
     ascending_fault},
    {{"custom_bounds_unused", Level::kMust, Level::kMust, kSource,
      "Only schema -53 has custom bounds", Effect::kRefused},
     unused_fault},
    {{"custom_spans_in_range", Level::kMust, Level::kMust, kSource,
      "The buckets of the spans are those of the custom bounds", Effect::kRefused},
     range_fault},
    {{"custom_positive_only", Level::kMust, Level::kMust, kSource,
      "With custom bounds there is neither a zero bucket nor a negative one", Effect::kRefused},
     other_buckets_fault},
};

}  // namespace

std::span<const Check<ReceivedHistogram>> custom_bounds_rules() {
  return kChecks;
}

}  // namespace bpfpush::conformance
