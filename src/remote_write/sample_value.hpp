#pragma once

#include <bit>
#include <cstdint>

#include "snapshot/snapshot.hpp"

namespace bpfpush {

// The NaN that ends a series. Prometheus tells it from other NaNs by its bits.
inline constexpr double kStaleMarker = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});

// The exported number of a counter, a gauge or a histogram's sum whose integer in the row is
// `integer`.
inline double sample_value(const Family& family, std::uint64_t integer) {
  const double value = family.type == MetricType::kGauge
                           ? static_cast<double>(static_cast<std::int64_t>(integer))
                           : static_cast<double>(integer);
  return value / family.divisor * family.multiplier;
}

}  // namespace bpfpush
