#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "probe/rodata.hpp"
#include "snapshot/bucket_layout.hpp"
#include "snapshot/key_schema.hpp"
#include "snapshot/snapshot.hpp"
#include "snapshot/unit.hpp"

struct bpf_object;

namespace bpfpush {

// What a configuration may ask of a metric instead of what its object proposes.
struct HistogramOptions {
  std::optional<std::string> unit;    // to export; see find_unit()
  std::optional<BucketSpec> buckets;  // histograms: of that unit; needed when `unit` is set and the
                                      // object's bounds would be odd in it
  std::optional<std::size_t> max_entries;
  std::string where;  // "FILE:LINE", put before what is wrong with it; may be empty
};

// A map that an object declares a metric with, as it will be loaded.
struct MetricMap {
  std::string name;  // the map's
  std::string help;
  MetricType type = MetricType::kHistogram;
  const Unit* unit = nullptr;  // exported
  std::uint64_t measured_per_exported = 1;
  BucketLayout layout;  // histograms
  KeySchema key;
  std::size_t max_entries = 0;
  bool is_per_cpu = true;
  bool is_array = false;  // keys 0 ... max_entries - 1, whether or not anything was counted

  // Integers in a value, on one CPU.
  std::size_t row_size() const {
    return type == MetricType::kHistogram ? 1 + layout.bucket_count() : 1;
  }
};

// The map that takes what finds no room in the map `name`.
std::string overflow_map_name(const std::string& name);

// The names of the metrics that the object declares: the maps with a layout (histograms) or a
// description (counters, gauges) among its constants.
std::vector<std::string> metric_names(const bpf_object* object, Rodata& rodata);

// Reads what the object says of its metric `name`, applies `options`, and for a histogram fills the
// layout in `rodata` and sizes the maps to it. For an object that is opened and not yet loaded.
Result<MetricMap> lay_out_metric(bpf_object* object, Rodata& rodata, const std::string& name,
                                 const HistogramOptions& options);

}  // namespace bpfpush
