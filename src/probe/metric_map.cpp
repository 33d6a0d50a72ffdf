#include "probe/metric_map.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.hpp"
#include "histogram.h"
#include "probe/key_btf.hpp"

namespace bpfpush {
namespace {

static_assert(kBoundsMax == HISTOGRAM_BOUNDS_MAX);

constexpr std::string_view kLayoutSuffix = "_layout";

template <std::size_t N>
std::string text(const char (&chars)[N]) {
  return {chars, ::strnlen(chars, N)};
}

BucketSpec proposed_buckets(const histogram_layout& layout) {
  switch (layout.buckets_type) {
    case HISTOGRAM_LINEAR:
      return LinearBuckets{static_cast<double>(layout.first), layout.last};
    case HISTOGRAM_NATIVE:
      return NativeBuckets{layout.first, layout.last};
    default:
      return Exp2Buckets{layout.first, layout.last, layout.buckets_type == HISTOGRAM_EXP2ZERO};
  }
}

// Bounds for an exported unit that the object's own proposal was not made for: the same range and
// spacing as the proposal, each bound converted, so "1 us, 2 us, 4 us" become 1e-06, 2e-06, 4e-06
// seconds.
Result<BucketLayout> convert_layout(const BucketLayout& proposed, std::uint64_t from,
                                    std::uint64_t to) {
  ExplicitBuckets converted;
  for (const double bound : proposed.bounds) {
    converted.bounds.push_back(bound * static_cast<double>(from) / static_cast<double>(to));
  }
  return lay_out_buckets(converted, to);
}

void fill(histogram_layout& layout, const BucketLayout& buckets) {
  const auto& bounds = buckets.measured_bounds;
  layout.bucket_count = static_cast<std::uint32_t>(buckets.bucket_count());
  std::copy(bounds.begin(), bounds.end(), layout.bounds);
  for (std::size_t length = 0; length < HISTOGRAM_LENGTHS; ++length) {
    auto first = bounds.end();
    if (length <= 64) {
      const std::uint64_t smallest = length == 0 ? 0 : std::uint64_t{1} << (length - 1);
      first = std::lower_bound(bounds.begin(), bounds.end(), smallest);
    }
    layout.start[length] = static_cast<std::uint16_t>(first - bounds.begin());
  }
}

Result<void> size_map(bpf_object* object, const std::string& name, std::size_t value_size,
                      std::optional<std::size_t> max_entries) {
  bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
  if (map == nullptr) {
    return Error(Errc::kMalformed, "the object has a layout but no map \"" + name + "\"");
  }
  int error = bpf_map__set_value_size(map, static_cast<std::uint32_t>(value_size));
  if (error == 0 && max_entries) {
    error = bpf_map__set_max_entries(map, static_cast<std::uint32_t>(*max_entries));
  }
  if (error != 0) return system_error(-error, "sizing map " + name);
  return {};
}

Result<BucketLayout> choose_layout(const histogram_layout& proposal,
                                   const HistogramOptions& options, const Unit& measured,
                                   const Unit& exported) {
  const auto divisor = measured_per_exported(measured, exported);
  if (!divisor) return divisor.error();
  if (options.buckets) return lay_out_buckets(*options.buckets, *divisor);
  const auto proposed_unit = find_unit(text(proposal.exported_unit));
  if (!proposed_unit) return proposed_unit.error();
  const auto proposed_divisor = measured_per_exported(measured, **proposed_unit);
  if (!proposed_divisor) return proposed_divisor.error();
  auto proposed = lay_out_buckets(proposed_buckets(proposal), *proposed_divisor);
  if (!proposed || *proposed_divisor == *divisor) return proposed;
  return convert_layout(*proposed, *proposed_divisor, *divisor);
}

}  // namespace

std::string overflow_map_name(const std::string& name) {
  return name + "_overflow";
}

std::vector<std::string> histogram_names(const Rodata& rodata) {
  std::vector<std::string> names;
  for (const std::string& variable : rodata.names()) {
    if (variable.size() > kLayoutSuffix.size() && variable.ends_with(kLayoutSuffix)) {
      names.push_back(variable.substr(0, variable.size() - kLayoutSuffix.size()));
    }
  }
  return names;
}

Result<MetricMap> lay_out_histogram(bpf_object* object, Rodata& rodata, const std::string& name,
                                    const HistogramOptions& options) {
  const auto bytes = rodata.variable(name + std::string(kLayoutSuffix));
  if (bytes.size() != sizeof(histogram_layout)) {
    return Error(Errc::kMalformed, "the layout of histogram " + name +
                                       " is of another version of histogram.h; rebuild the object");
  }
  histogram_layout layout;
  std::memcpy(&layout, bytes.data(), sizeof layout);

  const auto measured = find_unit(text(layout.measured_unit));
  if (!measured) return measured.error();
  const auto exported = find_unit(options.unit.value_or(text(layout.exported_unit)));
  if (!exported) return exported.error();
  auto buckets = choose_layout(layout, options, **measured, **exported);
  if (!buckets) return buckets.error();
  fill(layout, *buckets);
  std::memcpy(bytes.data(), &layout, sizeof layout);

  const std::size_t value_size = sizeof(std::uint64_t) * (1 + buckets->bucket_count());
  for (const std::string& map : {name, overflow_map_name(name)}) {
    const bool is_overflow = map != name;
    const auto sized =
        size_map(object, map, value_size, is_overflow ? std::nullopt : options.max_entries);
    if (!sized) return sized.error();
  }
  const bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
  auto key = key_schema_from_btf(bpf_object__btf(object), bpf_map__btf_key_type_id(map), name);
  if (!key) return key.error();
  return MetricMap{name,
                   text(layout.help),
                   MetricType::kHistogram,
                   *exported,
                   *measured_per_exported(**measured, **exported),
                   std::move(*buckets),
                   std::move(*key),
                   bpf_map__max_entries(map)};
}

}  // namespace bpfpush
