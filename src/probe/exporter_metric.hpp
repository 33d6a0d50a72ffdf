#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "probe/map_label.hpp"
#include "probe/map_reader.hpp"
#include "probe/slot_layout.hpp"
#include "snapshot/key_schema.hpp"
#include "snapshot/snapshot.hpp"

struct bpf_object;

namespace bpfpush {

// A metric that a configuration of ebpf_exporter's declares of a map: the object says nothing of
// it.

struct ExporterMetric {
  std::string name;  // the map's, and behind "ebpf_exporter_" the metric's
  std::string help;
  std::vector<MapLabel> labels;        // of the key's bytes, in order
  std::optional<SlotBuckets> buckets;  // a histogram's: then the last label is the slot
  bool perf_event_array = false;       // a counter of records
  std::chrono::milliseconds flush_interval{};
  std::string where;  // "FILE:LINE", put before what is wrong
};

// What there is to know of a map before it is loaded.
struct MapFacts {
  enum class Kind { kHash, kArray, kPerfEventArray, kOther };

  Kind kind = Kind::kHash;
  bool per_cpu = false;
  bool evicts = false;  // an LRU map
  std::size_t key_size = 0;
  std::size_t value_size = 0;
  std::size_t max_entries = 0;
  Result<KeySchema> key_by_btf = KeySchema{};  // what the object says of its keys
};

// A metric, and how its map is read.
struct ExporterMap {
  std::string name;
  Family family;  // all but its label names
  KeySchema key;
  std::size_t capacity = 0;  // label sets that surely find room
  bool per_cpu = false;
  bool evicts = false;
  bool cpus_apart = false;        // each CPU's copy is a row, its number is behind the key
  bool only_key_zero = false;     // there are no labels in the map's key
  std::size_t map_key_size = 0;   // what of `key` is the map's
  std::optional<SlotField> slot;  // a histogram's
  SlotLayout slots;               // likewise
  bool perf_event_array = false;
  std::chrono::milliseconds flush_interval{};

  friend bool operator==(const ExporterMap&, const ExporterMap&) = default;
};

// Lays the labels over the map's keys. The error is for labels and a map that do not fit, and says
// what each has.
Result<ExporterMap> lay_out_exporter_metric(const ExporterMetric& metric, const MapFacts& facts);

// The facts of the map `name` of an opened object. kNotFound if it has none of that name.
Result<MapFacts> map_facts(const bpf_object* object, const std::string& name);

}  // namespace bpfpush
