#include "probe/exporter_metric.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace bpfpush {
namespace {

constexpr std::string_view kMetricPrefix = "ebpf_exporter_";
constexpr std::string_view kCpu = "cpu";
constexpr std::size_t kCpuBytes = sizeof(std::uint16_t);
constexpr std::size_t kValueBytes = sizeof(std::uint64_t);

using Labels = std::span<const MapLabel>;

std::string bytes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

Error misfit(const ExporterMetric& metric, const std::string& what) {
  return {Errc::kInvalidConfig, "metric " + metric.name + ": " + what};
}

KeyField field_of(const MapLabel& label, std::size_t offset, std::size_t size) {
  KeyField field;
  field.name = label.name;
  field.offset = offset;
  field.size = size;
  field.kind = label.decoders.empty() ? FieldKind::kUnsigned : FieldKind::kBytes;
  field.decoders = label.decoders;
  return field;
}

KeySchema fields_by_size(Labels labels) {
  KeySchema schema;
  for (const MapLabel& label : labels) {
    schema.fields.push_back(field_of(label, schema.key_size, label.size));
    schema.key_size += label.size + label.padding;
  }
  return schema;
}

// Labels and members go together by name where the names are the same, else by their order.
Result<KeySchema> fields_by_btf(const ExporterMetric& metric, Labels labels,
                                const Result<KeySchema>& known) {
  if (!known) return misfit(metric, "labels without a size: " + known.error().message());
  const auto member_of = [&](const MapLabel& label) {
    return std::find_if(known->fields.begin(), known->fields.end(),
                        [&](const KeyField& field) { return field.name == label.name; });
  };
  const bool by_name = std::all_of(labels.begin(), labels.end(), [&](const MapLabel& label) {
    return member_of(label) != known->fields.end();
  });
  if (!by_name && labels.size() != known->fields.size()) {
    return misfit(metric, "labels without a size: there are " + std::to_string(labels.size()) +
                              ", and the object's key has " + std::to_string(known->fields.size()) +
                              " members");
  }
  KeySchema schema{known->key_size, {}};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    KeyField field = by_name ? *member_of(labels[i]) : known->fields[i];
    if (labels[i].size != 0 && labels[i].size != field.size) {
      return misfit(metric, "label " + labels[i].name + " has " + bytes_text(labels[i].size) +
                                ", and " + bytes_text(field.size) + " in the object");
    }
    field.name = labels[i].name;
    if (!labels[i].decoders.empty()) field = field_of(labels[i], field.offset, field.size);
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

Result<KeySchema> lay_out_fields(const ExporterMetric& metric, Labels labels,
                                 const MapFacts& facts) {
  const bool sized = std::all_of(labels.begin(), labels.end(),
                                 [](const MapLabel& label) { return label.size != 0; });
  if (!sized && !metric.perf_event_array) return fields_by_btf(metric, labels, facts.key_by_btf);
  KeySchema schema = fields_by_size(labels);
  if (metric.perf_event_array || schema.key_size == facts.key_size) return schema;
  return misfit(metric, "its labels, with their padding, have " + bytes_text(schema.key_size) +
                            ", and the keys of the map have " + bytes_text(facts.key_size));
}

Result<SlotField> take_slot(const ExporterMetric& metric, KeySchema& schema) {
  if (schema.fields.empty()) return misfit(metric, "has no label for the bucket");
  const KeyField slot = schema.fields.back();
  schema.fields.pop_back();
  const bool is_integer = slot.size == 1 || slot.size == 2 || slot.size == 4 || slot.size == 8;
  const bool is_uint =
      slot.decoders.empty() || (slot.decoders.size() == 1 && slot.decoders.front().name == "uint");
  if (is_integer && is_uint) return SlotField{slot.offset, slot.size};
  return misfit(metric, "label " + slot.name +
                            " is the bucket: an integer of 1, 2, 4 or 8 bytes, decoded by uint");
}

Result<void> check_map(const ExporterMetric& metric, const MapFacts& facts) {
  const bool is_events = facts.kind == MapFacts::Kind::kPerfEventArray;
  if (metric.perf_event_array != is_events) {
    return misfit(metric, is_events ? "its map is a perf_event_array; say perf_event_array: true"
                                    : "its map is no perf_event_array");
  }
  if (is_events) return {};
  if (facts.kind == MapFacts::Kind::kOther) {
    return misfit(metric, "its map is neither a hash nor an array");
  }
  if (facts.value_size != kValueBytes) {
    return misfit(metric, "the values of its map have " + bytes_text(facts.value_size) +
                              "; there must be 8, a counter");
  }
  return {};
}

// The label that the CPU's number becomes: no bytes of the key, but two behind it.
Result<void> add_cpu(const ExporterMetric& metric, const MapLabel& label, KeySchema& schema) {
  if (label.size != 0 && label.size != kCpuBytes) {
    return misfit(metric,
                  "label cpu of a per-CPU map has 2 bytes, not " + std::to_string(label.size));
  }
  schema.fields.push_back(field_of(label, schema.key_size, kCpuBytes));
  schema.key_size += kCpuBytes;
  return {};
}

Result<void> lay_out_histogram(const ExporterMetric& metric, const MapFacts& facts,
                               ExporterMap& map) {
  auto slots = lay_out_slots(*metric.buckets);
  if (!slots) return misfit(metric, slots.error().message());
  const auto slot = take_slot(metric, map.key);
  if (!slot) return slot.error();
  map.slot = *slot;
  map.family.type = MetricType::kHistogram;
  map.family.bounds = slots->bounds;
  map.family.multiplier = metric.buckets->multiplier;
  // An array has room for the sum or it has not. To show 0 where it has not would be a lie.
  const bool is_array = facts.kind == MapFacts::Kind::kArray;
  map.family.has_sum = !is_array || slots->sum_slot < facts.max_entries;
  map.capacity = std::max<std::size_t>(1, facts.max_entries / slots->columns.size());
  map.slots = std::move(*slots);
  return {};
}

}  // namespace

Result<ExporterMap> lay_out_exporter_metric(const ExporterMetric& metric, const MapFacts& facts) {
  const Result<void> checked = check_map(metric, facts);
  if (!checked) return checked.error();
  ExporterMap map;
  map.name = metric.name;
  map.family.name = std::string(kMetricPrefix) + metric.name;
  map.family.help = metric.help;
  map.capacity = facts.max_entries;
  map.perf_event_array = metric.perf_event_array;
  map.flush_interval = metric.flush_interval;

  Labels labels = metric.labels;
  map.per_cpu = facts.per_cpu;
  map.evicts = facts.evicts;
  map.cpus_apart = facts.per_cpu && !labels.empty() && labels.back().name == kCpu;
  if (map.cpus_apart) labels = labels.first(labels.size() - 1);
  map.only_key_zero = labels.empty();
  if (map.only_key_zero) {
    map.key.key_size = facts.key_size;
  } else {
    auto schema = lay_out_fields(metric, labels, facts);
    if (!schema) return schema.error();
    map.key = std::move(*schema);
  }
  map.map_key_size = map.key.key_size;
  if (metric.buckets) {
    const Result<void> laid_out = lay_out_histogram(metric, facts, map);
    if (!laid_out) return laid_out.error();
  }
  if (map.cpus_apart) {
    const Result<void> added = add_cpu(metric, metric.labels.back(), map.key);
    if (!added) return added.error();
  }
  return map;
}

}  // namespace bpfpush
