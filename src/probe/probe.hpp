#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "probe/attach.hpp"
#include "probe/event_counter.hpp"
#include "probe/exporter_metric.hpp"
#include "probe/filter.hpp"
#include "probe/metric_map.hpp"
#include "probe/metric_source.hpp"
#include "probe/pin_directory.hpp"

struct bpf_object;

namespace bpfpush {

struct ProbeOptions {
  std::string name;                   // for messages
  std::span<const std::byte> object;  // an ELF file's bytes; borrowed until open() returns
  std::map<std::string, std::string> settings;         // of the program's own constants, by name
  std::map<std::string, HistogramOptions> histograms;  // by map name
  FilterOptions filters;
  std::vector<ExporterMetric> exporter_metrics;  // of maps the object says nothing of
  std::string where;  // "FILE:LINE", put before what is wrong; may be empty
  // What else makes the counts others than those of an object that is pinned.
  std::string pinned_with;
};

// One program of an object after load(): attached, or why not.
struct ProgramStatus {
  std::string name;
  bool attached = false;
  std::string reason;  // "does not load: ...", "does not attach: ..."; empty when attached
};

// Whether the kernel state of an object outlives the process that loaded it.
enum class PinState {
  kNone,     // it does not; if that was asked for, Probe::pin_problem() says why
  kNew,      // it will
  kAdopted,  // it has: the maps are those of an earlier process, and count on
};

// A BPF object that observes: opened, laid out, loaded, attached, read. Destroying it detaches the
// programs and frees the maps.
class Probe {
 public:
  // Opens an object and lays out its metrics. Needs no privileges and touches no kernel state: what
  // is wrong with the object or the options is found here, each on its own line.
  static Result<Probe> open(const ProbeOptions& options);

  // Loads the object and attaches its programs. A program that does not load or attach leaves the
  // others running: see programs(). The error is for an object of which nothing loads, with the
  // verifier's or libbpf's reasons.
  //
  // With `pins`, where the state of an object with this pin_name() is pinned it is adopted: nothing
  // is loaded or attached twice, and the programs that are missing are added. Else what is loaded
  // is pinned. Where the kernel does not allow that, the object runs all the same, without.
  Result<void> load(const PinDirectory* pins = nullptr);

  // The name of this object's state in a PinDirectory: that of the object and its fingerprint.
  // Before load().
  std::string pin_name() const;
  PinState pin_state() const { return pin_state_; }
  const std::string& pin_problem() const { return pin_problem_; }

  const std::string& name() const { return name_; }
  const std::vector<MetricMap>& metrics() const { return metrics_; }
  const std::vector<ExporterMap>& exporter_maps() const { return exporter_maps_; }
  // kNotFound if the object has no map of that name.
  Result<MapFacts> facts(const std::string& map) const;
  // Those that are to be attached, after load(), also where it failed: then all that did not load.
  const std::vector<ProgramStatus>& programs() const { return programs_; }

  // What metrics()[index] is read from, after load(), or exporter_maps() behind them. It must not
  // outlive the probe.
  std::unique_ptr<MetricSource> source(std::size_t index) const;

  // The perf_event_arrays among exporter_maps(), after load(). They count while someone drains
  // them.
  const std::vector<std::unique_ptr<EventCounter>>& event_counters() const {
    return event_counters_;
  }

  // When counting began, after load(): when the kernel took the first of the programs, before any
  // was attached. On the boot-time clock; 0 where there are no programs.
  std::chrono::nanoseconds counting_since() const { return counting_since_; }

  // The descriptor of one of the object's maps, or of one of its programs, -1 if there is none;
  // owned by the probe. After load().
  int map_fd(const std::string& map) const;
  int program_fd(const std::string& program) const;

 private:
  struct ObjectClose {
    void operator()(bpf_object* object) const;
  };

  Probe() = default;
  Result<void> open_object();
  Result<void> lay_out();
  Result<void> lay_out_exporter_metrics();
  Result<void> load_what_loads();
  void find_pins(const PinDirectory& pins);
  Result<void> adopt_pins();
  void open_event_counters();
  void attach();
  void pin_what_is_loaded();
  void pin_links();
  void do_without_pins(const Error& reason);
  std::unique_ptr<MetricSource> exporter_source(const ExporterMap& map) const;

  std::string name_;
  ProbeOptions options_;
  std::vector<std::byte> bytes_;  // of the object, until it is loaded
  std::unique_ptr<bpf_object, ObjectClose> object_;
  std::vector<std::unique_ptr<EventCounter>> event_counters_;  // before the object in destruction
  std::map<std::string, std::vector<BpfLink>> links_;          // likewise; by program
  std::vector<MetricMap> metrics_;
  std::vector<ExporterMap> exporter_maps_;
  std::map<std::string, std::string> left_out_;  // programs that do not load, and why
  std::vector<ProgramStatus> programs_;
  std::size_t cpu_count_ = 0;
  std::chrono::nanoseconds counting_since_{};
  std::optional<PinnedObject> pinned_;  // from load() on, where it is to be pinned
  PinState pin_state_ = PinState::kNone;
  std::string pin_problem_;
};

}  // namespace bpfpush
