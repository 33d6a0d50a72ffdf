#include "remote_write/native_layout.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "remote_write/wire.hpp"

namespace bpfpush {
namespace {

// Where in the buckets of a schema a bound is, if it is one.
std::optional<std::int32_t> index_of(double bound, int schema) {
  const double per_octave = std::ldexp(1.0, schema);
  const double index = std::round(std::log2(bound) * per_octave);
  const double exact = std::exp2(index / per_octave);
  constexpr double kRounding = 4e-16;  // two units in the last place: of theirs, and of ours
  if (!(std::abs(bound - exact) <= kRounding * bound)) return std::nullopt;
  return static_cast<std::int32_t>(index);
}

// Where the first bound is in the schema, if the others follow it one by one.
std::optional<std::int32_t> first_index(std::span<const double> bounds, int schema) {
  const auto first = index_of(bounds[0], schema);
  if (!first) return std::nullopt;
  for (std::size_t i = 1; i < bounds.size(); ++i) {
    const auto index = index_of(bounds[i], schema);
    if (!index || *index != *first + static_cast<std::int32_t>(i)) return std::nullopt;
  }
  return first;
}

// The bucket of what is more than the largest double, 2^1024 rounded down.
std::int32_t index_of_infinity(int schema) {
  constexpr std::int32_t kExponents = 1024;
  return (schema < 0 ? kExponents >> -schema : kExponents << schema) + 1;
}

}  // namespace

std::optional<NativeLayout> exponential_layout(std::span<const double> bounds) {
  const bool begins_at_zero = bounds.size() > 1 && bounds[0] == 0;
  if (begins_at_zero) bounds = bounds.subspan(1);
  if (bounds.empty() || !(bounds[0] > 0)) return std::nullopt;
  // One bound alone would be of many; the usual one is 0. Else the finest two neighbours allow.
  const double octaves = bounds.size() > 1 ? std::log2(bounds[1] / bounds[0]) : 1;
  const double schema = std::round(-std::log2(octaves));
  if (!(schema >= kSchemaMin && schema <= kSchemaMax)) return std::nullopt;
  NativeLayout layout;
  layout.schema = static_cast<int>(schema);
  const auto first = first_index(bounds, layout.schema);
  if (!first) return std::nullopt;
  layout.zero_buckets = begins_at_zero ? 2 : 1;
  layout.zero_threshold = bounds[0];
  layout.first_index = *first + 1;
  layout.overflow_index = index_of_infinity(layout.schema);
  return layout;
}

NativeLayout custom_layout(std::span<const double> bounds, std::size_t buckets_max) {
  NativeLayout layout;
  layout.schema = kCustomSchema;
  const auto merged_size = [&bounds](unsigned merged) {
    return (bounds.size() + (std::size_t{1} << merged) - 1) >> merged;
  };
  while (merged_size(layout.merged) > 1 && merged_size(layout.merged) + 1 > buckets_max) {
    layout.merged += 1;
  }
  const std::size_t size = merged_size(layout.merged);
  layout.overflow_index = static_cast<std::int32_t>(size);
  layout.custom_values.resize(2 + wire::kVarintSizeMax + 8 * size);
  char* at = layout.custom_values.data();
  at = wire::put_long_tag(at, 16, wire::Type::kBytes);  // Histogram.custom_values
  at = wire::put_varint(at, 8 * size);
  for (std::size_t i = 1; i <= size; ++i) {
    const std::size_t last = std::min(i << layout.merged, bounds.size()) - 1;
    at = wire::put_fixed64(at, std::bit_cast<std::uint64_t>(bounds[last]));
  }
  layout.custom_values.resize(static_cast<std::size_t>(at - layout.custom_values.data()));
  layout.custom_values.shrink_to_fit();
  return layout;
}

}  // namespace bpfpush
