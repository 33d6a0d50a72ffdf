#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "remote_write/sample_value.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// What of a label set a sample shows: its value, or one of the numbers that a histogram is in its
// classic form. Each is a series, whose name is the family's and a suffix.
enum class SamplePart : unsigned { kValue, kBucket, kSum, kCount };

constexpr std::array<std::string_view, 4> kNameSuffixes = {"", "_bucket", "_sum", "_count"};

constexpr std::string_view name_suffix(SamplePart part) {
  return kNameSuffixes[static_cast<unsigned>(part)];
}

// How many samples a label set of the family has in classic form.
inline std::size_t classic_samples(const Family& family) {
  if (family.type != MetricType::kHistogram) return 1;
  return family.bounds.size() + (family.has_sum ? 3 : 2);
}

// Calls put(part, bucket, value) for each of them: a histogram's buckets with cumulative counts,
// the last being +Inf, then its sum and count. Without a row: the values that end the series.
template <typename Put>
void put_classic(const Family& family, std::span<const std::uint64_t> row, const Put& put) {
  const double first = row.empty() ? kStaleMarker : sample_value(family, row[0]);
  if (family.type != MetricType::kHistogram) {
    put(SamplePart::kValue, 0, first);
    return;
  }
  std::uint64_t observations = 0;
  double count = kStaleMarker;
  for (std::size_t bucket = 0; bucket <= family.bounds.size(); ++bucket) {
    if (!row.empty()) count = static_cast<double>(observations += row[bucket + 1]);
    put(SamplePart::kBucket, bucket, count);
  }
  if (family.has_sum) put(SamplePart::kSum, 0, first);
  put(SamplePart::kCount, 0, count);
}

}  // namespace bpfpush
