#include "snapshot/bucket_layout.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "base/number.hpp"

namespace bpfpush {
namespace {

constexpr int kNativeSchemaMin = -4;
constexpr int kNativeSchemaMax = 8;
constexpr double kNativeMeasuredMax = 1099511627776.0;  // 2^40

Error invalid(std::string text) {
  return {Errc::kInvalidConfig, std::move(text)};
}

Result<std::vector<double>> finite_bounds(const Exp2Buckets& spec) {
  if (spec.min > spec.max || spec.min < -64 || spec.max > 64) {
    return invalid("exp2 buckets need -64 <= min <= max <= 64");
  }
  std::vector<double> bounds;
  if (spec.zero) bounds.push_back(0);
  for (int exponent = spec.min; exponent <= spec.max; ++exponent) {
    bounds.push_back(std::ldexp(1.0, exponent));
  }
  return bounds;
}

Result<std::vector<double>> finite_bounds(const LinearBuckets& spec) {
  if (!(spec.width > 0) || spec.count < 1) {
    return invalid("linear buckets need width > 0 and count >= 1");
  }
  std::vector<double> bounds;
  for (int i = 1; i <= spec.count && bounds.size() <= kBoundsMax; ++i) {
    bounds.push_back(spec.width * i);
  }
  return bounds;
}

Result<std::vector<double>> finite_bounds(const ExplicitBuckets& spec) {
  return spec.bounds;
}

std::vector<double> native_bounds(int schema, double smallest, double largest) {
  const double per_octave = std::ldexp(1.0, schema);
  const auto first = static_cast<long>(std::ceil(std::log2(smallest) * per_octave));
  const auto last = static_cast<long>(std::ceil(std::log2(largest) * per_octave));
  std::vector<double> bounds;
  for (long i = first; i <= last; ++i) {
    bounds.push_back(std::exp2(static_cast<double>(i) / per_octave));
  }
  return bounds;
}

Result<std::vector<double>> finite_bounds(const NativeBuckets& spec, double measured_per_exported) {
  if (spec.schema < kNativeSchemaMin || spec.schema > kNativeSchemaMax || spec.buckets_max < 1) {
    return invalid("native buckets need -4 <= schema <= 8 and max_buckets >= 1");
  }
  const auto limit = std::min<std::size_t>(static_cast<std::size_t>(spec.buckets_max), kBoundsMax);
  const double smallest = 1 / measured_per_exported;
  for (int schema = spec.schema; schema >= kNativeSchemaMin; --schema) {
    auto bounds = native_bounds(schema, smallest, smallest * kNativeMeasuredMax);
    if (bounds.size() <= limit) return bounds;
  }
  return invalid("no native schema has as few as " + std::to_string(limit) + " buckets");
}

using Wide = unsigned __int128;  // a bound's 57 bits at most times a unit's 30 at most

std::uint64_t clamp(Wide value) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  return value > kMax ? kMax : static_cast<std::uint64_t>(value);
}

// floor(bound * ratio) of the double as it is.
std::uint64_t floor_of_double(double bound, std::uint64_t ratio) {
  constexpr int kDigits = std::numeric_limits<double>::digits;
  int exponent = 0;
  const double mantissa = std::ldexp(std::frexp(bound, &exponent), kDigits);  // whole
  exponent -= kDigits;
  const Wide product = static_cast<Wide>(mantissa) * ratio;
  if (exponent <= -128) return 0;
  if (exponent <= 0) return clamp(product >> -exponent);
  return exponent <= 11 ? clamp(product << exponent) : clamp(~Wide{0});  // 11 + 53 bits fill a u64
}

// floor(bound * ratio) of its shortest decimal; `bound` is no whole number.
std::uint64_t floor_of_decimal(double bound, std::uint64_t ratio) {
  char text[64];
  const auto written =
      std::to_chars(text, text + sizeof text, bound, std::chars_format::scientific);
  std::uint64_t digits = 0;
  int exponent = 0;  // digits * 10^exponent, as in "1.25e-07"
  const char* at = text;
  for (bool is_fraction = false; *at != 'e'; ++at) {
    if (*at == '.') {
      is_fraction = true;
      continue;
    }
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (is_fraction) --exponent;
  }
  int shift = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), written.ptr, shift);
  Wide product = static_cast<Wide>(digits) * ratio;
  for (exponent += shift; exponent < 0 && product > 0; ++exponent) product /= 10;
  return clamp(product);
}

// The largest value that a bound includes, exact. A bound such as 0.3 stands for its decimal, the
// double being a little less. A whole number stands for itself: 2^60 has a shorter decimal, which
// is larger.
std::uint64_t measured_bound(double bound, std::uint64_t ratio) {
  const std::uint64_t as_it_is = floor_of_double(bound, ratio);
  if (bound == std::floor(bound)) return as_it_is;
  return std::max(as_it_is, floor_of_decimal(bound, ratio));
}

std::optional<Error> find_fault(const std::vector<double>& bounds) {
  if (bounds.empty()) return invalid("a histogram needs at least one finite bound");
  if (bounds.size() > kBoundsMax) {
    return invalid("a histogram has at most " + std::to_string(kBoundsMax) + " finite bounds");
  }
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i]) || bounds[i] < 0) {
      return invalid("bound " + format_number(bounds[i]) +
                     " is not a finite number >= 0 (+Inf is always there)");
    }
    if (i > 0 && bounds[i] <= bounds[i - 1]) {
      return invalid("bounds must ascend, but " + format_number(bounds[i]) + " follows " +
                     format_number(bounds[i - 1]));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<BucketLayout> lay_out_buckets(const BucketSpec& spec, std::uint64_t measured_per_exported) {
  Result<std::vector<double>> bounds = std::visit(
      [&](const auto& buckets) -> Result<std::vector<double>> {
        if constexpr (std::is_same_v<std::decay_t<decltype(buckets)>, NativeBuckets>) {
          return finite_bounds(buckets, static_cast<double>(measured_per_exported));
        } else {
          return finite_bounds(buckets);
        }
      },
      spec);
  if (!bounds) return bounds.error();
  if (auto fault = find_fault(*bounds)) return *fault;
  BucketLayout layout;
  for (const double bound : *bounds) {
    layout.measured_bounds.push_back(measured_bound(bound, measured_per_exported));
  }
  layout.bounds = std::move(*bounds);
  return layout;
}

std::size_t bucket_of(const BucketLayout& layout, std::uint64_t value) {
  const auto& bounds = layout.measured_bounds;
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                  bounds.begin());
}

}  // namespace bpfpush
