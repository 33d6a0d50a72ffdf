#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace bpfpush {

// The finite upper bounds of a histogram, as a configuration or an object asks for them. All are of
// the exported unit. Every histogram has a bucket more than bounds: the last one, +Inf.

// 2^min, 2^(min+1) ... 2^max.
struct Exp2Buckets {
  int min = 0;
  int max = 0;
  bool zero = false;  // "exp2zero": with a bound 0 before them
};
// width, 2*width ... count*width.
struct LinearBuckets {
  double width = 0;
  int count = 0;
};
struct ExplicitBuckets {
  std::vector<double> bounds;
};
// 2^(i/2^schema), the bounds of a Prometheus native histogram, from what one measured unit falls
// under up to 2^40 of them (18 minutes in nanoseconds). Where they are more than `buckets_max`, the
// schema is lowered until they are not.
struct NativeBuckets {
  int schema = 3;
  int buckets_max = 400;
};
using BucketSpec = std::variant<Exp2Buckets, LinearBuckets, ExplicitBuckets, NativeBuckets>;

// A histogram's bounds twice: as Prometheus shows them, and as the kernel compares with them.
struct BucketLayout {
  std::vector<double> bounds;  // exported unit, ascending, finite: the `le` values

  // The largest value, in the measured unit, that bounds[i] still includes. Ascending, not
  // strictly: bounds closer than the measured unit can tell apart share a value, and the later
  // bucket stays empty.
  std::vector<std::uint64_t> measured_bounds;

  std::size_t bucket_count() const { return bounds.size() + 1; }
  friend bool operator==(const BucketLayout&, const BucketLayout&) = default;
};

// As many finite bounds as the kernel side has room for: HISTOGRAM_BOUNDS_MAX of bpf/histogram.h.
inline constexpr std::size_t kBoundsMax = 512;

// Lays out `spec` for values of which `measured_per_exported` make one exported unit. A bound is
// inclusive, exactly, and means its shortest decimal: 0.3 s includes 300,000,000 ns, although the
// double 0.3 is a little less. kInvalidConfig for bounds that are none, not ascending, negative,
// not finite, or more than kBoundsMax.
Result<BucketLayout> lay_out_buckets(const BucketSpec& spec, std::uint64_t measured_per_exported);

// The bucket that holds `value` (measured unit): the first whose bound is not less, else the last.
// What the kernel does.
std::size_t bucket_of(const BucketLayout& layout, std::uint64_t value);

}  // namespace bpfpush
