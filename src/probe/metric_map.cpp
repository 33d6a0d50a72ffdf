#include "probe/metric_map.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.hpp"
#include "base/utf8.hpp"
#include "histogram.h"
#include "probe/key_btf.hpp"

namespace bpfpush {
namespace {

static_assert(kBoundsMax == HISTOGRAM_BOUNDS_MAX);

constexpr char kLayoutSuffix[] = "_layout";
constexpr char kMetricSuffix[] = "_metric";

template <std::size_t N>
std::string text(const char (&chars)[N]) {
  return {chars, ::strnlen(chars, N)};
}

BucketSpec proposed_buckets(const histogram_layout& layout) {
  switch (layout.buckets_type) {
    case HISTOGRAM_LINEAR:
      return LinearBuckets{layout.proposed[0], layout.last};
    case HISTOGRAM_EXPLICIT: {
      const auto count = std::clamp(layout.last, 0, HISTOGRAM_BOUNDS_MAX);
      return ExplicitBuckets{{layout.proposed, layout.proposed + count}};
    }
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

// The constant that describes a metric: a histogram_layout or a metric_description. Nothing if it
// is not what this version of histogram.h says.
template <typename Constant>
std::optional<Constant> read_constant(std::span<const std::byte> bytes) {
  if (bytes.size() != sizeof(Constant)) return std::nullopt;
  Constant constant;
  std::memcpy(&constant, bytes.data(), sizeof constant);
  return constant;
}

Error other_version(const char* what) {
  return {Errc::kMalformed,
          std::string("its ") + what + " is of another version of histogram.h; rebuild the object"};
}

// What is the same for all types of metrics: help, unit, key, map.
template <typename Constant>
Result<MetricMap> describe(bpf_object* object, Rodata& rodata, const std::string& name,
                           const Constant& constant, const HistogramOptions& options) {
  const auto measured = find_unit(text(constant.measured_unit));
  if (!measured) return measured.error();
  const auto exported = find_unit(options.unit.value_or(text(constant.exported_unit)));
  if (!exported) return exported.error();
  const auto divisor = measured_per_exported(**measured, **exported);
  if (!divisor) return divisor.error();
  const bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
  const auto is_on = [&rodata](const std::string& setting) { return rodata.is_on(setting); };
  auto key =
      key_schema_from_btf(bpf_object__btf(object), bpf_map__btf_key_type_id(map), name, is_on);
  if (!key) return key.error();
  MetricMap metric;
  metric.name = name;
  metric.help = to_valid_utf8(text(constant.help));
  metric.unit = *exported;
  metric.measured_per_exported = *divisor;
  metric.key = std::move(*key);
  metric.max_entries = options.max_entries.value_or(bpf_map__max_entries(map));
  const bpf_map_type type = bpf_map__type(map);
  metric.is_array = type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
  metric.is_per_cpu = type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
                      type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  return metric;
}

Result<void> size_maps(bpf_object* object, const MetricMap& metric) {
  const auto value_size = static_cast<std::uint32_t>(sizeof(std::uint64_t) * metric.row_size());
  bpf_map* map = bpf_object__find_map_by_name(object, metric.name.c_str());
  const std::string overflow_name = overflow_map_name(metric.name);
  bpf_map* overflow = bpf_object__find_map_by_name(object, overflow_name.c_str());
  if (overflow == nullptr) {
    return Error(Errc::kMalformed, "the object has no map \"" + overflow_name + "\"");
  }
  int error = bpf_map__set_value_size(map, value_size);
  if (error == 0) error = bpf_map__set_value_size(overflow, value_size);
  if (error == 0) {
    error = bpf_map__set_max_entries(map, static_cast<std::uint32_t>(metric.max_entries));
  }
  if (error != 0) return system_error(-error, "sizing map " + metric.name);
  return {};
}

Result<MetricMap> lay_out_histogram(bpf_object* object, Rodata& rodata, const std::string& name,
                                    const HistogramOptions& options) {
  const auto bytes = rodata.variable(name + kLayoutSuffix);
  auto layout = read_constant<histogram_layout>(bytes);
  if (!layout) return other_version("layout");
  auto metric = describe(object, rodata, name, *layout, options);
  if (!metric) return metric;
  const auto measured = find_unit(text(layout->measured_unit));
  auto buckets = choose_layout(*layout, options, **measured, *metric->unit);
  if (!buckets) return buckets.error();
  fill(*layout, *buckets);
  std::memcpy(bytes.data(), &*layout, sizeof *layout);
  metric->type = MetricType::kHistogram;
  metric->layout = std::move(*buckets);
  return metric;
}

Result<MetricMap> lay_out_value(bpf_object* object, Rodata& rodata, const std::string& name,
                                const HistogramOptions& options) {
  const auto description = read_constant<metric_description>(rodata.variable(name + kMetricSuffix));
  if (!description) return other_version("description");
  if (options.buckets) {
    return Error(Errc::kInvalidConfig, "only a histogram has buckets, and this is none");
  }
  auto metric = describe(object, rodata, name, *description, options);
  if (!metric) return metric;
  metric->type = description->type == METRIC_GAUGE ? MetricType::kGauge : MetricType::kCounter;
  return metric;
}

}  // namespace

std::string overflow_map_name(const std::string& name) {
  return name + "_overflow";
}

std::vector<std::string> metric_names(const bpf_object* object, Rodata& rodata) {
  std::vector<std::string> names;
  const bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    const std::string name = bpf_map__name(map);
    if (rodata.variable(name + kLayoutSuffix).empty() &&
        rodata.variable(name + kMetricSuffix).empty()) {
      continue;
    }
    names.push_back(name);
  }
  return names;
}

Result<MetricMap> lay_out_metric(bpf_object* object, Rodata& rodata, const std::string& name,
                                 const HistogramOptions& options) {
  const bool is_histogram = !rodata.variable(name + kLayoutSuffix).empty();
  auto metric = is_histogram ? lay_out_histogram(object, rodata, name, options)
                             : lay_out_value(object, rodata, name, options);
  if (!metric) return metric;
  const Result<void> sized = size_maps(object, *metric);
  if (!sized) return sized.error();
  return metric;
}

}  // namespace bpfpush
