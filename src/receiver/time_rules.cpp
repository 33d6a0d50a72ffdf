#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "receiver/rules.hpp"

// Timestamps: of the samples, and since when they count.
namespace bpfpush::conformance {
namespace {

// As far ahead of its own clock Prometheus and Mimir take a sample.
constexpr std::int64_t kAheadMax = 600'000;

// A timestamp, and what must be the same when it is sent again.
struct Point {
  std::int64_t timestamp = 0;
  std::int64_t start = 0;
  std::uint64_t value_bits = 0;
};

// Calls `find` for each sample and histogram until it finds a fault.
template <typename Find>
Fault first_fault(const SeriesSubject& subject, const Find& find) {
  for (const ReceivedSample& sample : subject.series.samples) {
    const auto bits = std::bit_cast<std::uint64_t>(sample.value);
    if (Fault fault = find(Point{sample.timestamp, sample.start_timestamp, bits})) return fault;
  }
  for (const ReceivedHistogram& histogram : subject.series.histograms) {
    const auto bits = std::bit_cast<std::uint64_t>(histogram.sum);
    const Point point{histogram.timestamp, histogram.start_timestamp, bits};
    if (Fault fault = find(point)) return fault;
  }
  return std::nullopt;
}

template <typename Points, typename IsWrong>
Fault first_wrong_pair(const Points& points, const IsWrong& is_wrong, std::string_view text) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (!is_wrong(points[i - 1], points[i])) continue;
    return fmt::format("{}{} after {}", text, points[i].timestamp, points[i - 1].timestamp);
  }
  return std::nullopt;
}

Fault order_fault(const SeriesSubject& subject) {
  const auto falls = [](const auto& a, const auto& b) { return b.timestamp < a.timestamp; };
  if (Fault fault = first_wrong_pair(subject.series.samples, falls, "")) return fault;
  return first_wrong_pair(subject.series.histograms, falls, "");
}

Fault past_order_fault(const SeriesSubject& subject) {
  if (subject.past == nullptr) return std::nullopt;
  return first_fault(subject, [&](const Point& point) -> Fault {
    if (point.timestamp >= subject.past->timestamp) return std::nullopt;
    return fmt::format("{} after {}, which the series had already", point.timestamp,
                       subject.past->timestamp);
  });
}

Fault repeated_fault(const SeriesSubject& subject) {
  const auto differ = [](const ReceivedSample& a, const ReceivedSample& b) {
    return a.timestamp == b.timestamp &&
           std::bit_cast<std::uint64_t>(a.value) != std::bit_cast<std::uint64_t>(b.value);
  };
  if (Fault fault = first_wrong_pair(subject.series.samples, differ, "another value for ")) {
    return fault;
  }
  if (subject.past == nullptr) return std::nullopt;
  return first_fault(subject, [&](const Point& point) -> Fault {
    const bool same = point.value_bits == subject.past->value_bits;
    if (point.timestamp != subject.past->timestamp || same) return std::nullopt;
    return fmt::format("another value for {}, which the series had already", point.timestamp);
  });
}

// The unit is a guess, from what it would have to be for the timestamp to be about now.
Fault unit_fault(const SeriesSubject& subject) {
  struct Unit {
    const char* name;
    double per_millisecond;
  };
  static constexpr Unit kUnits[] = {{"seconds", 1e-3}, {"microseconds", 1e3}, {"nanoseconds", 1e6}};
  if (!subject.now) return std::nullopt;
  return first_fault(subject, [&](const Point& point) -> Fault {
    for (const Unit& unit : kUnits) {
      const double would_be = static_cast<double>(*subject.now) * unit.per_millisecond;
      if (std::abs(static_cast<double>(point.timestamp) - would_be) > 0.1 * would_be) continue;
      return fmt::format("{} is a date in {}", point.timestamp, unit.name);
    }
    return std::nullopt;
  });
}

Fault future_fault(const SeriesSubject& subject) {
  if (!subject.now) return std::nullopt;
  return first_fault(subject, [&](const Point& point) -> Fault {
    if (point.timestamp <= *subject.now + kAheadMax) return std::nullopt;
    return fmt::format(
        "{} is {:.0f} s ahead of the receiver's clock", point.timestamp,
        (static_cast<double>(point.timestamp) - static_cast<double>(*subject.now)) / 1000);
  });
}

Fault start_fault(const SeriesSubject& subject) {
  return first_fault(subject, [](const Point& point) -> Fault {
    if (point.start == 0 || point.start < point.timestamp) return std::nullopt;
    return fmt::format("counting began at {}, and the sample is of {}", point.start,
                       point.timestamp);
  });
}

constexpr std::string_view kOrder = "RW 1.0, Ordering; RW 2.0, Samples and Histogram Samples";
constexpr Check<SeriesSubject> kChecks[] = {
    {{"timestamps_ascend", Level::kMust, Level::kMust, kOrder,
      "The samples of a series are in the order of their timestamps"},
     order_fault},
    {{"timestamps_ascend_over_requests", Level::kMust, Level::kMust, kOrder,
      "The samples of a series are in the order of their timestamps, from request to request too",
      Effect::kRefused},
     past_order_fault},
    {{"timestamps_unique", Level::kMust, Level::kMust, kOrder,
      "A series has one value at a timestamp", Effect::kRefused},
     repeated_fault},
    {{"timestamps_milliseconds", Level::kMust, Level::kMust,
      "RW 1.0, Protocol; RW 2.0, Protobuf Message", "Timestamps are milliseconds since the epoch"},
     unit_fault},
    {{"timestamps_not_ahead", Level::kShould, Level::kShould,
      "Prometheus and Mimir refuse what is further ahead",
      "No timestamp is more than 10 minutes ahead", Effect::kRefused},
     future_fault},
    {{"start_before_sample", Level::kNone, Level::kShould,
      "RW 2.0, types.proto; Prometheus passes over such a start",
      "A start timestamp, when counting began, is before the sample's"},
     start_fault},
};

}  // namespace

std::span<const Check<SeriesSubject>> time_rules() {
  return kChecks;
}

}  // namespace bpfpush::conformance
