#include "receiver/native_buckets.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace bpfpush {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// No schema in use is further from 0.
constexpr std::int64_t kSchemaMagnitudeMax = 64;

// One bucket that holds something.
struct Bucket {
  double lower = 0;
  double upper = 0;
  double count = 0;
};

// The upper bound of a bucket of the positive side, and so what the next one begins with.
double upper_bound(const ReceivedHistogram& histogram, std::int64_t index) {
  if (histogram.schema != kCustomBoundsSchema) {
    return std::exp2(std::ldexp(static_cast<double>(index), -histogram.schema));
  }
  if (index < 0) return -kInfinity;
  const auto& bounds = histogram.custom_values;
  const auto at = static_cast<std::size_t>(index);
  return at < bounds.size() ? bounds[at] : kInfinity;
}

// Nothing if spans and counts do not agree.
std::optional<std::vector<Bucket>> buckets_of(const ReceivedHistogram& histogram,
                                              const ReceivedBuckets& side) {
  const std::vector<double> counts = bucket_counts(side);
  if (span_length(side) != counts.size()) return std::nullopt;
  std::vector<Bucket> buckets;
  std::int64_t index = 0;
  std::size_t at = 0;
  for (const ReceivedSpan& span : side.spans) {
    index += span.offset;
    for (std::uint32_t i = 0; i < span.length; ++i, ++index, ++at) {
      if (!(counts[at] > 0)) continue;
      buckets.push_back(
          {upper_bound(histogram, index - 1), upper_bound(histogram, index), counts[at]});
    }
  }
  return buckets;
}

// All that hold something, ascending.
std::optional<std::vector<Bucket>> all_buckets(const ReceivedHistogram& histogram) {
  auto negative = buckets_of(histogram, histogram.negative);
  const auto positive = buckets_of(histogram, histogram.positive);
  if (!negative || !positive) return std::nullopt;
  std::reverse(negative->begin(), negative->end());
  for (Bucket& bucket : *negative) bucket = {-bucket.upper, -bucket.lower, bucket.count};
  if (histogram.zero_count() > 0) {
    const bool has_negative = !negative->empty();
    negative->push_back({has_negative ? -histogram.zero_threshold : 0, histogram.zero_threshold,
                         histogram.zero_count()});
  }
  negative->insert(negative->end(), positive->begin(), positive->end());
  return negative;
}

}  // namespace

std::uint64_t span_length(const ReceivedBuckets& side) {
  std::uint64_t length = 0;
  for (const ReceivedSpan& span : side.spans) length += span.length;
  return length;
}

std::vector<double> bucket_counts(const ReceivedBuckets& side) {
  if (side.deltas.empty()) return side.counts;
  std::vector<double> counts;
  counts.reserve(side.deltas.size());
  std::int64_t count = 0;
  bool overflowed = false;
  for (const std::int64_t delta : side.deltas) {
    overflowed = overflowed || __builtin_add_overflow(count, delta, &count);
    counts.push_back(overflowed ? std::numeric_limits<double>::quiet_NaN()
                                : static_cast<double>(count));
  }
  return counts;
}

std::vector<CumulativeBucket> to_cumulative(const ReceivedHistogram& histogram) {
  if (histogram.schema != kCustomBoundsSchema &&
      std::abs(std::int64_t{histogram.schema}) > kSchemaMagnitudeMax) {
    return {};
  }
  const auto buckets = all_buckets(histogram);
  if (!buckets) return {};
  std::vector<CumulativeBucket> cumulative;
  double count = 0;
  for (const Bucket& bucket : *buckets) {
    const double end = cumulative.empty() ? -kInfinity : cumulative.back().upper;
    if (!(bucket.lower >= end) || !(bucket.upper >= bucket.lower)) return {};
    if (bucket.lower > end) cumulative.push_back({bucket.lower, count});
    count += bucket.count;
    cumulative.push_back({bucket.upper, count});
  }
  if (cumulative.empty() || cumulative.back().upper != kInfinity) {
    cumulative.push_back({kInfinity, std::max(count, histogram.count())});
  }
  return cumulative;
}

}  // namespace bpfpush
