#include "config/read_maps.hpp"

#include <cstdint>
#include <limits>
#include <set>

#include "config/names.hpp"
#include "config/read_programs.hpp"

namespace bpfpush {
namespace {

// A map's key is smaller.
constexpr std::int64_t kFieldBytesMax = 1 << 16;
constexpr std::int64_t kSlotsMax = 64;

// A decoder by its name, or a mapping with what it works with.
DecoderConfig read_decoder(const ValueReader& value) {
  DecoderConfig decoder;
  if (value.kind() == YamlNode::Kind::kScalar) {
    decoder.name = value.text().value_or("");
    return decoder;
  }
  const MappingReader reader(value, {"name", "static_map", "allow_unknown", "regexps"});
  reader.read_text("name", decoder.name);
  if (decoder.name.empty()) reader.fault("needs a name, as in uint or string");
  reader.read_bool("allow_unknown", decoder.allow_unknown);
  if (const auto map = reader.find("static_map")) {
    for (const auto& [from, to] : map->entries()) decoder.static_map[from] = to.text().value_or("");
  }
  if (const auto regexps = reader.find("regexps")) {
    for (const ValueReader& item : regexps->items()) {
      decoder.regexps.push_back(item.text().value_or(""));
    }
  }
  return decoder;
}

MapLabelConfig read_label(const ValueReader& value) {
  const MappingReader reader(value, {"name", "size", "padding", "decoders"});
  MapLabelConfig label;
  reader.read_text("name", label.name);
  if (!is_identifier(label.name) || label.name.starts_with("__") || label.name == "le") {
    reader.fault_at("name", in_quotes(label.name) + " is no label name; letters, digits and _ are");
  }
  reader.read_integer("size", label.size, {1, kFieldBytesMax});
  reader.read_integer("padding", label.padding, {0, kFieldBytesMax});
  if (const auto decoders = reader.find("decoders")) {
    for (const ValueReader& item : decoders->items()) label.decoders.push_back(read_decoder(item));
  }
  if (label.decoders.empty() && label.size != 0) {
    reader.fault("needs decoders for its bytes (without a size, both come from the map's BTF)");
  }
  return label;
}

std::vector<MapLabelConfig> read_labels(const ValueReader& list) {
  std::vector<MapLabelConfig> labels;
  std::set<std::string> names;
  for (const ValueReader& item : list.items()) {
    labels.push_back(read_label(item));
    if (!names.insert(labels.back().name).second) {
      item.fault("a second label is called " + in_quotes(labels.back().name));
    }
    if ((labels.back().size == 0) != (labels.front().size == 0)) {
      item.fault("either all labels of a map say their size, or none does");
    }
  }
  return labels;
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
  if (const auto labels = reader.find("labels")) map.labels = read_labels(*labels);
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
