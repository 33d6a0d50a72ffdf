#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace bpfpush {

// A native histogram of schema s has its bounds at 2^(i/2^s): bucket i holds what is more than
// 2^((i-1)/2^s) and at most 2^(i/2^s). Of the schema -53 (custom buckets) the bounds are a list.
inline constexpr int kSchemaMin = -4;
inline constexpr int kSchemaMax = 8;
inline constexpr int kCustomSchema = -53;

// Which of a family's buckets is which of a native histogram.
struct NativeLayout {
  int schema = 0;

  // So many buckets at the beginning of a row are the zero bucket: what is at most the first bound.
  // Behind a bound of 0 it is two, as a native bucket would say of the second's values that they
  // are more than they may be. None of custom buckets.
  std::size_t zero_buckets = 0;
  double zero_threshold = 0;

  // The bucket behind them, and +Inf. The +Inf of a schema is the bucket above all finite numbers:
  // in any other, what exceeds the last bound would be under a bound that it may exceed as well.
  std::int32_t first_index = 0;
  std::int32_t overflow_index = 0;

  // Custom buckets: 2^merged of the family's are one, and its bounds are in Histogram.custom_values
  // (the whole field).
  unsigned merged = 0;
  std::string custom_values = {};
};

// The layout in a schema's buckets; nothing if the bounds are not those of one schema without a gap
// (but for a first bound of 0). A bound may be off by what a double of its size cannot tell.
std::optional<NativeLayout> exponential_layout(std::span<const double> bounds);

// The layout in custom buckets. If they are more than `buckets_max`, neighbours are merged in
// pairs, so often as it takes: of the bounds every second one stays. +Inf is never merged.
NativeLayout custom_layout(std::span<const double> bounds, std::size_t buckets_max);

}  // namespace bpfpush
