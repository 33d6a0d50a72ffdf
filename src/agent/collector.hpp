#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "labels/device_names.hpp"
#include "labels/series_table.hpp"
#include "probe/probe.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// How a program that was asked for fares: one of an object's programs, or the object itself where
// it did not load.
struct ProgramState {
  std::string object;
  ProgramStatus status;
};

// How full a map is, and what it could not take or give.
struct MapState {
  std::string object;
  std::string map;
  std::uint64_t entries = 0;
  std::uint64_t capacity = 0;
  std::uint64_t overflowed = 0;  // observations that found no room and went to the overflow series
  std::uint64_t read_errors = 0;
};

// Reads the maps of all programs into families: metric names, labels, bounds.
class Collector {
 public:
  // `metric_namespace` is put before every metric name. `filesystem` outlives this.
  Collector(std::string metric_namespace, const Filesystem& filesystem);
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Takes in an opened program. kInvalidConfig if two programs make the same metric.
  Result<void> add(Probe probe);

  // Loads and attaches what was added. A program that does not load is left out, with the reason in
  // programs(); the others run.
  void load();

  // Appends a family for each histogram that could be read, with the series that have counted
  // something.
  void collect(std::vector<FamilySnapshot>& families);

  const std::vector<ProgramState>& programs() const { return programs_; }
  const std::vector<MapState>& maps() const { return maps_; }

 private:
  struct Source {
    std::shared_ptr<const Family> family;
    SeriesTable series;
  };
  struct Object {
    Probe probe;
    std::vector<Source> sources;  // parallel to probe.histograms()
  };

  Result<void> read(Probe& probe, std::size_t histogram, MapState& state);
  FamilySnapshot to_family(Source& source, MapState& state) const;

  std::string namespace_;
  DeviceNames devices_;
  std::vector<Object> objects_;
  std::vector<ProgramState> programs_;
  std::vector<MapState> maps_;  // of all objects' histograms, in order
  MapRows rows_;
  std::vector<std::uint64_t> overflow_;
};

// The family of a histogram: "NAMESPACE_MAP", with the unit's name behind it where that is a base
// unit.
Family family_of(const HistogramMap& histogram, const std::string& metric_namespace,
                 std::vector<std::string> label_names);

}  // namespace bpfpush
