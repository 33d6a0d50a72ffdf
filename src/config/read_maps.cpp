#include "config/read_maps.hpp"

#include <cstdint>
#include <limits>
#include <span>

#include "config/names.hpp"
#include "config/read_labels.hpp"
#include "config/read_programs.hpp"

namespace bpfpush {
namespace {

// A map's value is smaller.
constexpr std::int64_t kFieldBytesMax = 1 << 16;
constexpr std::int64_t kSlotsMax = 64;

// Either all labels of a map say how many bytes they have, or BTF does.
void check_sizes(const ValueReader& list, const std::vector<LabelConfig>& labels) {
  for (const LabelConfig& label : labels) {
    if ((label.size == 0) == (labels.front().size == 0)) continue;
    list.fault("either all labels of a map say their size, or none does");
    return;
  }
}

SlotsConfig read_slots(const ValueReader& value) {
  const MappingReader reader(value, {"offset", "count", "size"});
  SlotsConfig slots;
  reader.read_integer("offset", slots.offset, {0, kFieldBytesMax});
  reader.read_integer("count", slots.count, {2, kSlotsMax});
  reader.read_integer("size", slots.size, {4, 8});
  if (slots.size != 4 && slots.size != 8) reader.fault_at("size", "is 4 or 8 bytes");
  if (!reader.find("count")) reader.fault("needs a count: how many there are in a value");
  return slots;
}

void read_place(const MappingReader& reader, MapConfig& map) {
  reader.read_text("pinned", map.pinned);
  reader.read_integer("id", map.id, {1, std::numeric_limits<std::uint32_t>::max()});
  if (reader.find("pinned").has_value() == reader.find("id").has_value()) {
    reader.fault("needs either pinned, the path of the map, or its id");
  } else if (reader.find("pinned") && !map.pinned.starts_with('/')) {
    reader.fault_at("pinned", "is no absolute path, as in /sys/fs/bpf/app/latency");
  }
}

void read_metric(const MappingReader& reader, MapConfig& map) {
  reader.read_text("name", map.name);
  if (!is_identifier(map.name)) {
    reader.fault_at("name", in_quotes(map.name) + " is no metric name; letters, digits and _ are");
  }
  reader.read_text("help", map.help);
  reader.read_choice("type", map.type, {"histogram", "counter", "gauge"});
  reader.read_text("unit", map.unit);
  reader.read_text("measured_unit", map.measured_unit);
}

MapConfig read_map(const ValueReader& value) {
  const MappingReader reader(
      value, {"pinned", "id", "name", "help", "type", "unit", "measured_unit", "buckets", "slots",
              "bucket_type", "bucket_min", "bucket_max", "bucket_multiplier", "bucket_keys",
              "value", "labels"});
  MapConfig map;
  map.where = value.where();
  if (value.kind() != YamlNode::Kind::kMapping) return map;
  read_place(reader, map);
  read_metric(reader, map);
  const auto buckets = reader.find("buckets");
  const auto slots = reader.find("slots");
  if (buckets) map.buckets = read_buckets(*buckets);
  if (slots) map.slots = read_slots(*slots);
  const auto entries = reader.find("bucket_type");
  if (entries) map.entries = read_exporter_buckets(reader);
  if (entries && (buckets || slots)) {
    reader.fault_at("bucket_type",
                    "is for maps with an entry for each bucket, without buckets or slots");
  }
  if (entries && !map.unit.empty()) {
    reader.fault_at("unit", "is not for these: bucket_multiplier makes the unit");
  }
  if (buckets && slots) reader.fault_at("slots", "have bounds of their own, without buckets");
  reader.read_text("value", map.value);
  if (map.type == "histogram" && !map.value.empty()) {
    reader.fault_at("value", "is for counters and gauges");
  } else if (map.type != "histogram" && (buckets || slots || entries)) {
    reader.fault_at(buckets ? "buckets" : slots ? "slots" : "bucket_type", "are for histograms");
  }
  if (const auto labels = reader.find("labels")) {
    map.labels = read_labels(*labels);
    check_sizes(*labels, *map.labels);
    const std::span<const LabelConfig> all = *map.labels;
    if (map.type == "histogram" && !all.empty()) {
      refuse_le(reader, map.entries ? all.first(all.size() - 1) : all);
    }
  }
  return map;
}

}  // namespace

std::vector<MapConfig> read_maps(const ValueReader& list) {
  std::vector<MapConfig> maps;
  for (const ValueReader& item : list.items()) maps.push_back(read_map(item));
  if (list.kind() == YamlNode::Kind::kSequence && maps.empty()) {
    list.fault("is empty; name a map, as in {pinned: /sys/fs/bpf/app/latency, name: app_latency}");
  }
  return maps;
}

}  // namespace bpfpush
