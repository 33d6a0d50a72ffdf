#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "probe/exporter_metric.hpp"
#include "probe/map_label.hpp"
#include "probe/map_reader.hpp"
#include "snapshot/bucket_layout.hpp"
#include "snapshot/key_schema.hpp"
#include "snapshot/snapshot.hpp"

struct btf;

namespace bpfpush {

// The array of counters in a value: counter i has counted values in [2^i, 2^(i+1)), the first also
// 0, the last also all above (log2 rounded down, as the BPF tools of bcc do it).
struct MapSlots {
  std::size_t offset = 0;
  std::size_t count = 0;
  std::size_t size = 4;  // bytes of one counter: 4 or 8
};

// What a metric of a map is, as far as the map does not say it itself.
struct ForeignMapOptions {
  std::string name;  // the metric's, as it is shown
  std::string help;
  MetricType type = MetricType::kHistogram;
  std::string unit;           // that it is shown in, see find_unit()
  std::string measured_unit;  // that the map counts in; "": the same
  // Histograms whose values are a sum and then a counter for each bucket, all of 8 bytes: the
  // bounds, in `unit`.
  std::optional<BucketSpec> buckets;
  // Histograms whose values hold `slots`: where, if BTF does not say it.
  std::optional<MapSlots> slots;
  // Histograms with an entry for each bucket, ebpf_exporter's layout: then the last of the labels
  // is the bucket.
  std::optional<SlotBuckets> entries;
  // Counters and gauges: the member of the value, where that is a struct.
  std::string value;
  // Absent: all fields of the key, by BTF. Either all say their sizes, and then stand for the key's
  // bytes in order, or none does, and then each names a field that BTF knows.
  std::optional<std::vector<MapLabel>> labels;
};

// A map's contents as a metric.
struct ForeignLayout {
  Family family;  // all but its label names
  KeySchema key;
  std::size_t capacity = 0;
  MapShape shape;
  std::optional<ExporterMap> entries;  // of ForeignMapOptions::entries: instead of `shape`

  friend bool operator==(const ForeignLayout&, const ForeignLayout&) = default;
};

// The kernel's description of a map.
struct MapInfo {
  std::string name;
  std::size_t key_size = 0;
  std::size_t value_size = 0;
  std::size_t max_entries = 0;
  bool is_array = false;
  bool is_per_cpu = false;
  bool evicts = false;         // an LRU map
  const btf* types = nullptr;  // null: it has none, or we may not see it
  std::uint32_t key_type = 0;
  std::uint32_t value_type = 0;
};

// Faults of the options themselves: kInvalidConfig, kNotFound for units.
Result<void> check_foreign_options(const ForeignMapOptions& options);

// The labels as far as the options say what they are made of: with their sizes, all of them.
KeySchema known_labels(const ForeignMapOptions& options);

// How the entries of ForeignMapOptions::entries are read.
Result<ExporterMap> lay_out_foreign_entries(const ForeignMapOptions& options, const MapInfo& info);

// Lays the metric over the map. The error says what each has that does not fit.
Result<ForeignLayout> lay_out_foreign_map(const ForeignMapOptions& options, const MapInfo& info,
                                          std::size_t cpu_count);

}  // namespace bpfpush
