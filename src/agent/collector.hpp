#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/kept_cgroups.hpp"
#include "labels/host_names.hpp"
#include "labels/series_table.hpp"
#include "probe/foreign_map.hpp"
#include "probe/metric_source.hpp"
#include "probe/probe.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// How a program that was asked for fares: one of an object's programs, or the object itself where
// it failed as a whole.
struct ProgramState {
  std::string object;
  ProgramStatus status;
};

// An object whose kernel state is pinned.
struct PinnedState {
  std::string object;
  bool adopted = false;  // from an earlier run; else it is new
};

// How full a map is, and what it could not take or give.
struct MapState {
  std::string object;
  std::string map;
  std::uint64_t entries = 0;
  std::uint64_t capacity = 0;
  std::uint64_t overflowed = 0;  // observations that found no room and went to the overflow series
  std::uint64_t read_errors = 0;
  std::optional<std::uint64_t> lost_records;  // of a perf_event_array
};

// A family, and where it is read.
struct FamilyOrigin {
  std::string object;
  std::string map;
  std::shared_ptr<const Family> family;
};

// One metric to collect: what it is called and where it is read.
struct CollectedMetric {
  std::string object;  // whose it is, and
  std::string map;     // where it is, for messages and self-metrics
  Family family;       // its label_names come from `key`
  KeySchema key;
  std::size_t capacity = 0;              // label sets the map has room for
  std::unique_ptr<MetricSource> source;  // null for a program that is yet to be loaded
  // What ebpf_exporter does otherwise. Is a histogram shown that has counted nothing?
  bool shows_unused = false;
  // Are values shown as they stand, even where a count went down? So is a gauge that is called a
  // counter.
  bool shows_as_it_stands = false;
};

// Reads the maps of all programs, and maps that others made, into families: metric names, labels,
// bounds.
class Collector {
 public:
  // `metric_namespace` is put before the names of programs' metrics. `filesystem` outlives this.
  Collector(std::string metric_namespace, const Filesystem& filesystem);
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Takes in an opened program with all its metrics. kInvalidConfig if two programs make the same
  // metric.
  Result<void> add(Probe probe);
  // Takes in a metric whose source can be read at once. The same error.
  Result<void> add(CollectedMetric metric);
  // Takes in the metric of a map that another process made. What its labels are is known once the
  // map is found, which each collection tries. kInvalidConfig as above, and for labels that cannot
  // be decoded.
  Result<void> add(std::unique_ptr<ForeignMap> map);
  // The same with labels that are said in C++: see KeyLabels. A map whose keys have another size is
  // not read.
  Result<void> add(std::unique_ptr<ForeignMap> map, KeyText labels);

  // Keeps a map of a program that was added in step with cgroups, from its load on.
  void keep(KeptCgroups cgroups);

  // Notes that a program cannot run on this host, for that reason, and goes on without it.
  void leave_out(const std::string& object, const std::string& reason);

  // Loads and attaches what was added. A program that does not load is left out, with the reason in
  // programs(); the others run. With `pins`, the kernel state of every object is kept there, or
  // adopted from there, and what is there of other objects goes.
  void load(const PinDirectory* pins = nullptr);

  // Appends a family for each metric that could be read, with the series that have counted
  // something.
  void collect(std::vector<FamilySnapshot>& families);

  // The counters of records of what is loaded, which count while someone drains them: a collection
  // does, and whoever waits for their descriptors.
  std::vector<EventCounter*> event_counters() const;

  const std::vector<ProgramState>& programs() const { return programs_; }
  const std::vector<PinnedState>& pinned() const { return pinned_; }
  const std::vector<MapState>& maps() const { return maps_; }
  // What is collected, as far as it is known: labels of maps that are still to come are not.
  std::vector<FamilyOrigin> families() const;
  // Label values that were not UTF-8, each counted when its series appears.
  std::uint64_t invalid_utf8() const;

 private:
  struct Metric {
    std::shared_ptr<const Family> family;
    SeriesTable series;
    std::unique_ptr<MetricSource> source;
    bool shows_unused = false;
    ForeignMap* foreign = nullptr;                        // `source`, where it is one
    std::shared_ptr<const ForeignLayout> foreign_layout;  // that `series` is for
    std::optional<KeyText> key_text;                      // the labels, instead of `layout.key`
    std::string read_error;                               // of the last read
  };

  Result<void> check_name(const CollectedMetric& metric) const;
  void load(Probe& probe, const PinDirectory* pins);
  Result<void> read(Metric& metric, MapState& state);
  Result<KeyDecoder> foreign_decoder(const Metric& metric, const KeySchema& key);
  Result<void> open_foreign(Metric& metric, MapState& state);
  FamilySnapshot to_family(Metric& metric, MapState& state) const;

  std::string namespace_;
  HostNames names_;
  std::vector<std::unique_ptr<Probe>> probes_;
  std::vector<Metric> metrics_;       // after probes_, of which they read
  std::vector<MapState> maps_;        // parallel to metrics_
  std::vector<KeptCgroups> cgroups_;  // likewise
  std::vector<ProgramState> programs_;
  std::vector<PinnedState> pinned_;
  MapRows rows_;
  std::vector<std::uint64_t> overflow_;
  std::uint64_t invalid_utf8_before_ = 0;  // in series of maps that are no more
};

// The family of a map, but for its labels: "NAMESPACE_MAP", with the unit's name behind it where
// that is a base unit, and "_total" behind a counter's.
Family family_of(const MetricMap& map, const std::string& metric_namespace);

}  // namespace bpfpush
