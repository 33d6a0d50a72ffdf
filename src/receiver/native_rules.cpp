#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "receiver/native_buckets.hpp"
#include "receiver/rules.hpp"

// Native histograms, whatever their bounds.
namespace bpfpush::conformance {
namespace {

constexpr std::int32_t kSchemaMin = -4;
constexpr std::int32_t kSchemaMax = 8;

// Sums of floating-point counts may differ in the last digits.
constexpr double kTolerance = 1e-9;

const char* side_name(const ReceivedHistogram& histogram, const ReceivedBuckets& side) {
  return &side == &histogram.positive ? "positive" : "negative";
}

// Calls `find` for the positive and the negative side.
template <typename Find>
Fault first_fault(const ReceivedHistogram& histogram, const Find& find) {
  for (const ReceivedBuckets* side : {&histogram.positive, &histogram.negative}) {
    if (Fault fault = find(*side)) {
      return fmt::format("{} {}", side_name(histogram, *side), *fault);
    }
  }
  return std::nullopt;
}

Fault schema_fault(const ReceivedHistogram& histogram) {
  const std::int32_t schema = histogram.schema;
  if (schema == kCustomBoundsSchema || (schema >= kSchemaMin && schema <= kSchemaMax)) {
    return std::nullopt;
  }
  return fmt::format("the schema is {}", schema);
}

Fault kind_fault(const ReceivedHistogram& histogram) {
  return first_fault(histogram, [&](const ReceivedBuckets& side) -> Fault {
    if (histogram.is_float && !side.deltas.empty()) return "deltas in a float histogram";
    if (!histogram.is_float && !side.counts.empty()) return "float counts in an integer histogram";
    return std::nullopt;
  });
}

Fault length_fault(const ReceivedHistogram& histogram) {
  return first_fault(histogram, [](const ReceivedBuckets& side) -> Fault {
    const std::uint64_t slots = span_length(side);
    const std::size_t counts = side.deltas.size() + side.counts.size();
    if (slots == counts) return std::nullopt;
    return fmt::format("spans have room for {} buckets, and there are {}", slots, counts);
  });
}

Fault offset_fault(const ReceivedHistogram& histogram) {
  return first_fault(histogram, [](const ReceivedBuckets& side) -> Fault {
    for (std::size_t i = 1; i < side.spans.size(); ++i) {
      if (side.spans[i].offset >= 0) continue;
      return fmt::format("span {} begins {} buckets after the one before", i + 1,
                         side.spans[i].offset);
    }
    return std::nullopt;
  });
}

// Bucket i of schema s ends at 2^(i/2^s). Beyond the largest finite double only one is left.
Fault index_fault(const ReceivedHistogram& histogram) {
  if (histogram.schema < kSchemaMin || histogram.schema > kSchemaMax) return std::nullopt;
  const double scale = std::ldexp(1.0, histogram.schema);
  return first_fault(histogram, [scale](const ReceivedBuckets& side) -> Fault {
    std::int64_t at = 0;
    for (const ReceivedSpan& span : side.spans) {
      const std::int64_t first = at + span.offset;
      at = first + span.length;
      if (span.length == 0) continue;
      if (static_cast<double>(first) < -1074 * scale - 1) {
        return fmt::format("bucket {} lies below the smallest double", first);
      }
      if (static_cast<double>(at - 1) > 1024 * scale + 1) {
        return fmt::format("bucket {} lies above the largest double", at - 1);
      }
    }
    return std::nullopt;
  });
}

Fault negative_count_fault(const ReceivedHistogram& histogram) {
  if (histogram.count() < 0 || histogram.zero_count() < 0) return "a count is below zero";
  return first_fault(histogram, [](const ReceivedBuckets& side) -> Fault {
    const std::vector<double> counts = bucket_counts(side);
    const auto below =
        std::find_if(counts.begin(), counts.end(), [](double count) { return !(count >= 0); });
    if (below == counts.end()) return std::nullopt;
    return fmt::format("bucket {} of the list counts {}", below - counts.begin() + 1, *below);
  });
}

// Observations of NaN are counted and belong to no bucket; the sum tells that there were some.
Fault count_fault(const ReceivedHistogram& histogram) {
  double buckets = histogram.zero_count();
  for (const ReceivedBuckets* side : {&histogram.positive, &histogram.negative}) {
    for (const double count : bucket_counts(*side)) buckets += count;
  }
  const double count = histogram.count();
  const double difference = buckets - count;
  const double tolerance = histogram.is_float ? kTolerance * std::max(1.0, std::abs(count)) : 0;
  const bool may_be_less = std::isnan(histogram.sum);
  if (std::abs(difference) <= tolerance || (may_be_less && difference < 0)) return std::nullopt;
  return fmt::format("the buckets hold {}, and the count is {}", buckets, count);
}

Fault zero_fault(const ReceivedHistogram& histogram) {
  if (histogram.zero_threshold >= 0 && std::isfinite(histogram.zero_threshold)) {
    return std::nullopt;
  }
  return fmt::format("the zero bucket reaches to {}", histogram.zero_threshold);
}

constexpr std::string_view kSource = "Native histograms, Schema; Buckets";
constexpr Check<ReceivedHistogram> kChecks[] = {
    {{"native_schema", Level::kMust, Level::kMust, kSource,
      "The schema is one of -4 to 8, or -53 for custom bounds", Effect::kRefused},
     schema_fault},
    {{"native_count_kind", Level::kMust, Level::kMust, kSource,
      "Integer histograms have deltas, float histograms have counts", Effect::kRefused},
     kind_fault},
    {{"native_span_lengths", Level::kMust, Level::kMust, kSource,
      "There is a count for every bucket of the spans, and no other", Effect::kRefused},
     length_fault},
    {{"native_span_offsets", Level::kMust, Level::kMust, kSource,
      "A span but the first begins at or after the end of the one before", Effect::kRefused},
     offset_fault},
    {{"native_bucket_range", Level::kMust, Level::kMust, kSource,
      "Buckets lie where there are doubles"},
     index_fault},
    {{"native_counts_positive", Level::kMust, Level::kMust, kSource,
      "No bucket and no count is below zero", Effect::kRefused},
     negative_count_fault},
    {{"native_count_total", Level::kMust, Level::kMust, kSource,
      "The count is that of all buckets together", Effect::kRefused},
     count_fault},
    {{"native_zero_threshold", Level::kMust, Level::kMust, kSource,
      "The zero bucket's threshold is a number, not below zero"},
     zero_fault},
};

}  // namespace

std::span<const Check<ReceivedHistogram>> native_rules() {
  return kChecks;
}

}  // namespace bpfpush::conformance
