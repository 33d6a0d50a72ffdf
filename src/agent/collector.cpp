#include "agent/collector.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace bpfpush {

Family family_of(const HistogramMap& histogram, const std::string& metric_namespace,
                 std::vector<std::string> label_names) {
  Family family;
  family.name = metric_namespace + "_" + histogram.name;
  family.help = histogram.help;
  if (histogram.unit->is_base()) {
    family.unit = histogram.unit->name;
    family.name += "_" + family.unit;
  } else if (!histogram.unit->name.empty()) {
    family.help += ", in " + std::string(histogram.unit->name);
  }
  family.type = MetricType::kHistogram;
  family.label_names = std::move(label_names);
  family.bounds = histogram.layout.bounds;
  family.divisor = static_cast<double>(histogram.measured_per_exported);
  return family;
}

Collector::Collector(std::string metric_namespace, const Filesystem& filesystem)
    : namespace_(std::move(metric_namespace)), devices_(filesystem) {}

Result<void> Collector::add(Probe probe) {
  Object object{std::move(probe), {}};
  for (const HistogramMap& histogram : object.probe.histograms()) {
    auto decoder = KeyDecoder::create(histogram.key, devices_);
    if (!decoder) {
      return Error(decoder.error().code, "program " + object.probe.name() + ": histogram " +
                                             histogram.name + ": " + decoder.error().message());
    }
    Family family = family_of(histogram, namespace_, decoder->label_names());
    for (const Object& other : objects_) {
      for (const Source& source : other.sources) {
        if (source.family->name != family.name) continue;
        return Error(Errc::kInvalidConfig, "programs " + other.probe.name() + " and " +
                                               object.probe.name() + " both make the metric " +
                                               family.name +
                                               "; give one of them another unit, or leave one out");
      }
    }
    object.sources.push_back(
        {std::make_shared<const Family>(std::move(family)), SeriesTable(std::move(*decoder))});
  }
  objects_.push_back(std::move(object));
  return {};
}

void Collector::load() {
  std::vector<Object> loaded;
  for (Object& object : objects_) {
    const std::string name = object.probe.name();
    const Result<void> result = object.probe.load();
    if (!result) {
      log::error("program not loaded", {{"program", name}, {"reason", result.error().message()}});
      programs_.push_back({name, {name, false, result.error().message()}});
      continue;
    }
    for (const ProgramStatus& status : object.probe.programs()) {
      if (!status.attached) {
        log::error("program not attached",
                   {{"program", name + "/" + status.name}, {"reason", status.reason}});
      }
      programs_.push_back({name, status});
    }
    for (const HistogramMap& histogram : object.probe.histograms()) {
      MapState& state = maps_.emplace_back();
      state.object = name;
      state.map = histogram.name;
      state.capacity = histogram.max_entries;
    }
    loaded.push_back(std::move(object));
  }
  objects_ = std::move(loaded);
}

void Collector::collect(std::vector<FamilySnapshot>& families) {
  devices_.forget();
  std::size_t map = 0;
  for (Object& object : objects_) {
    for (std::size_t i = 0; i < object.sources.size(); ++i, ++map) {
      MapState& state = maps_[map];
      const Result<void> result = read(object.probe, i, state);
      if (result) {
        families.push_back(to_family(object.sources[i], state));
      } else if (state.read_errors++ == 0) {  // the metric counts the rest
        log::error("map not read", {{"map", state.map}, {"reason", result.error().message()}});
      }
    }
  }
}

Result<void> Collector::read(Probe& probe, std::size_t histogram, MapState& state) {
  overflow_.assign(probe.histograms()[histogram].row_size(), 0);
  Result<void> result = probe.read(histogram, rows_);
  if (result) result = probe.read_overflow(histogram, overflow_);
  if (!result) return result;
  state.entries = rows_.size();
  state.overflowed = observation_count(overflow_);
  return {};
}

FamilySnapshot Collector::to_family(Source& source, MapState& state) const {
  FamilySnapshot family{source.family, {}, {}};
  family.series.reserve(state.entries);
  family.values.reserve(state.entries * source.family->row_size());
  source.series.begin();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    // An entry is made just before its first observation is added: it has counted nothing yet.
    if (observation_count(rows_.row(i)) > 0) source.series.add(rows_.key(i), rows_.row(i), family);
  }
  source.series.add_overflow(overflow_, family);
  source.series.end();
  return family;
}

}  // namespace bpfpush
