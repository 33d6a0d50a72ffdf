#include "agent/foreign_maps.hpp"

#include <string>
#include <utility>

#include "agent/exporter_programs.hpp"
#include "agent/map_labels.hpp"
#include "agent/programs.hpp"

namespace bpfpush {
namespace {

MetricType to_type(const std::string& type) {
  if (type == "counter") return MetricType::kCounter;
  return type == "gauge" ? MetricType::kGauge : MetricType::kHistogram;
}

ForeignMapOptions to_options(const MapConfig& config) {
  ForeignMapOptions options;
  options.name = config.name;
  options.help = config.help;
  options.type = to_type(config.type);
  options.unit = config.unit;
  options.measured_unit = config.measured_unit;
  if (config.buckets) options.buckets = to_bucket_spec(*config.buckets);
  if (config.slots) {
    options.slots = MapSlots{config.slots->offset, config.slots->count, config.slots->size};
  }
  if (config.entries) options.entries = to_slot_buckets(*config.entries, false);
  options.value = config.value;
  if (config.labels) options.labels = to_map_labels(*config.labels);
  return options;
}

Result<void> add(const MapConfig& config, Collector& collector) {
  auto map = ForeignMap::create({config.pinned, config.id}, to_options(config));
  if (!map) return map.error();
  return collector.add(std::move(*map));
}

}  // namespace

Result<void> add_foreign_maps(const std::vector<MapConfig>& maps, Collector& collector) {
  std::string faults;
  for (const MapConfig& map : maps) {
    const Result<void> added = add(map, collector);
    if (added) continue;
    faults += (faults.empty() ? "" : "\n") + map.where + ": " + added.error().message();
  }
  if (!faults.empty()) return Error(Errc::kInvalidConfig, faults);
  return {};
}

}  // namespace bpfpush
