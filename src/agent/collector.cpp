#include "agent/collector.hpp"

#include <algorithm>
#include <utility>

#include "agent/pins.hpp"
#include "base/log.hpp"
#include "probe/post_attach_mark.hpp"

namespace bpfpush {

namespace {

constexpr std::string_view kTotal = "_total";

// A row that has counted nothing: an entry is made just before its first observation is added. What
// a counter or gauge says is said even when it is 0.
bool is_unused(const Family& family, std::span<const std::uint64_t> row) {
  return family.type == MetricType::kHistogram && observation_count(row) == 0;
}

}  // namespace

Family family_of(const MetricMap& map, const std::string& metric_namespace) {
  const bool is_counter = map.type == MetricType::kCounter;
  Family family;
  family.name = metric_namespace + "_" + map.name;
  if (is_counter && family.name.ends_with(kTotal)) {
    family.name.resize(family.name.size() - kTotal.size());
  }
  family.help = map.help;
  if (map.unit->is_base()) {
    family.unit = map.unit->name;
    family.name += "_" + family.unit;
  } else if (!map.unit->name.empty()) {
    family.help += ", in " + std::string(map.unit->name);
  }
  if (is_counter) family.name += kTotal;
  family.type = map.type;
  family.bounds = map.layout.bounds;
  family.divisor = static_cast<double>(map.measured_per_exported);
  return family;
}

Collector::Collector(std::string metric_namespace, const Filesystem& filesystem)
    : namespace_(std::move(metric_namespace)), names_(filesystem) {}

Result<void> Collector::add(Probe probe) {
  const std::string object = probe.name();
  for (const MetricMap& map : probe.metrics()) {
    const Result<void> added =
        add({object, map.name, family_of(map, namespace_), map.key, map.max_entries, nullptr});
    if (!added) return added;
  }
  for (const ExporterMap& map : probe.exporter_maps()) {
    const Result<void> added =
        add({object, map.name, map.family, map.key, map.capacity, nullptr, true, !map.evicts});
    if (!added) return added;
  }
  probes_.push_back(std::make_unique<Probe>(std::move(probe)));
  return {};
}

Result<void> Collector::add(CollectedMetric metric) {
  auto decoder = KeyDecoder::create(metric.key, names_);
  if (!decoder) {
    return Error(decoder.error().code, "program " + metric.object + ": metric " + metric.map +
                                           ": " + decoder.error().message());
  }
  const Result<void> distinct = check_name(metric);
  if (!distinct) return distinct.error();
  metric.family.label_names = decoder->label_names();
  MapState& state = maps_.emplace_back();
  state.object = metric.object;
  state.map = metric.map;
  state.capacity = metric.capacity;
  const MetricType type = metric.shows_as_it_stands ? MetricType::kGauge : metric.family.type;
  metrics_.push_back({std::make_shared<const Family>(std::move(metric.family)),
                      SeriesTable(std::move(*decoder), type, metric.capacity),
                      std::move(metric.source), metric.shows_unused});
  return {};
}

Result<void> Collector::add(std::unique_ptr<ForeignMap> map) {
  ForeignMap* const foreign = map.get();
  CollectedMetric metric;
  metric.object = foreign->place().text();
  metric.map = foreign->options().name;
  metric.family.name = foreign->options().name;
  metric.family.type = foreign->options().type;
  metric.key = known_labels(foreign->options());
  metric.source = std::move(map);
  const Result<void> added = add(std::move(metric));
  if (added) metrics_.back().foreign = foreign;
  return added;
}

Result<void> Collector::add(std::unique_ptr<ForeignMap> map, KeyText labels) {
  map->take_whole_keys();
  Result<void> added = add(std::move(map));
  if (added) metrics_.back().key_text = std::move(labels);
  return added;
}

Result<void> Collector::check_name(const CollectedMetric& metric) const {
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    if (metrics_[i].family->name != metric.family.name) continue;
    return Error(Errc::kInvalidConfig,
                 "programs " + maps_[i].object + " and " + metric.object +
                     " both make the metric " + metric.family.name +
                     "; leave one out, or give it another unit if it can have one");
  }
  return {};
}

void Collector::keep(KeptCgroups cgroups) {
  cgroups_.push_back(std::move(cgroups));
}

void Collector::leave_out(const std::string& object, const std::string& reason) {
  log::error("program not loaded", {{"program", object}, {"reason", reason}});
  programs_.push_back({object, {object, false, reason}});
}

void Collector::load(const PinDirectory* pins) {
  if (pins != nullptr) remove_unwanted(*pins, probes_);
  for (const auto& probe : probes_) load(*probe, pins);
  post_attach_mark();
  std::vector<Metric> metrics;
  std::vector<MapState> maps;
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    if (!metrics_[i].source) continue;  // its program did not load
    metrics.push_back(std::move(metrics_[i]));
    maps.push_back(std::move(maps_[i]));
  }
  metrics_ = std::move(metrics);
  maps_ = std::move(maps);
}

void Collector::load(Probe& probe, const PinDirectory* pins) {
  const std::string& name = probe.name();
  const Result<void> result = probe.load(pins);
  if (!result) {
    if (probe.programs().empty()) {
      leave_out(name, result.error().message());
    } else {
      log::error("program not loaded", {{"program", name}, {"reason", result.error().message()}});
    }
  }
  for (const ProgramStatus& status : probe.programs()) {
    if (result && !status.attached) {
      log::error("program not attached",
                 {{"program", name + "/" + status.name}, {"reason", status.reason}});
    }
    programs_.push_back({name, status});
  }
  if (!result) return;
  if (pins != nullptr) report_pins(probe);
  if (probe.pin_state() != PinState::kNone) {
    pinned_.push_back({name, probe.pin_state() == PinState::kAdopted});
  }
  for (KeptCgroups& cgroups : cgroups_) {
    if (cgroups.object() == name) cgroups.open(probe);
  }
  std::size_t map = 0;
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    if (maps_[i].object == name && !metrics_[i].source) metrics_[i].source = probe.source(map++);
  }
}

std::vector<EventCounter*> Collector::event_counters() const {
  std::vector<EventCounter*> counters;
  for (const auto& probe : probes_) {
    for (const auto& counter : probe->event_counters()) counters.push_back(counter.get());
  }
  return counters;
}

void Collector::collect(std::vector<FamilySnapshot>& families) {
  names_.begin_collection();
  for (KeptCgroups& cgroups : cgroups_) cgroups.update();
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    MapState& state = maps_[i];
    const Result<void> result = read(metrics_[i], state);
    if (result) {
      families.push_back(to_family(metrics_[i], state));
      metrics_[i].read_error.clear();
      continue;
    }
    state.read_errors += 1;
    const std::string reason = result.error().message();
    if (std::exchange(metrics_[i].read_error, reason) == reason) continue;  // it has been said
    log::error("map not read", {{"map", state.map}, {"reason", reason}});
  }
}

std::vector<FamilyOrigin> Collector::families() const {
  std::vector<FamilyOrigin> all;
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    all.push_back({maps_[i].object, maps_[i].map, metrics_[i].family});
  }
  return all;
}

std::uint64_t Collector::invalid_utf8() const {
  std::uint64_t count = invalid_utf8_before_;
  for (const Metric& metric : metrics_) count += metric.series.repaired();
  return count;
}

Result<KeyDecoder> Collector::foreign_decoder(const Metric& metric, const KeySchema& key) {
  if (!metric.key_text) return KeyDecoder::create(key, names_);
  if (metric.key_text->key_size == key.key_size) return KeyDecoder(*metric.key_text);
  return Error(Errc::kInvalidConfig, "metric " + metric.family->name +
                                         ": its keys are taken for structs of " +
                                         std::to_string(metric.key_text->key_size) +
                                         " bytes, and have " + std::to_string(key.key_size));
}

// Finds the map, and makes its labels and its series anew where it is another than the last.
Result<void> Collector::open_foreign(Metric& metric, MapState& state) {
  const Result<void> opened = metric.foreign->open();
  if (!opened) return opened.error();
  const auto& layout = metric.foreign->layout();
  if (metric.foreign_layout == layout) return {};
  auto decoder = foreign_decoder(metric, layout->key);
  if (!decoder) return decoder.error();
  Family family = layout->family;
  family.label_names = decoder->label_names();
  state.capacity = layout->capacity;
  invalid_utf8_before_ += metric.series.repaired();
  metric.series = SeriesTable(std::move(*decoder), family.type, layout->capacity);
  metric.family = std::make_shared<const Family>(std::move(family));
  metric.foreign_layout = layout;
  return {};
}

Result<void> Collector::read(Metric& metric, MapState& state) {
  if (metric.foreign != nullptr) {
    const Result<void> opened = open_foreign(metric, state);
    if (!opened) return opened.error();
  }
  overflow_.assign(metric.family->row_size(), 0);
  const Result<void> result = metric.source->read(rows_);
  if (!result) return result.error();
  const auto overflowed = metric.source->read_overflow(overflow_);
  if (!overflowed) return overflowed.error();
  state.entries = rows_.size();
  state.overflowed = *overflowed;
  state.lost_records = metric.source->lost_records();
  return {};
}

FamilySnapshot Collector::to_family(Metric& metric, MapState& state) const {
  FamilySnapshot family{metric.family, {}, {}};
  if (metric.family->type != MetricType::kGauge) {
    family.counting_since = metric.source->counting_since();
  }
  family.series.reserve(state.entries);
  family.values.reserve(state.entries * metric.family->row_size());
  metric.series.begin();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!metric.shows_unused && is_unused(*metric.family, rows_.row(i))) continue;
    metric.series.add(rows_.key(i), rows_.row(i), family);
  }
  metric.series.add_overflow(overflow_, family);
  metric.series.end(family);
  return family;
}

}  // namespace bpfpush
