#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/collector.hpp"
#include "remote_write/snapshot_rules.hpp"
#include "sender/sender.hpp"
#include "snapshot/snapshot.hpp"
#include "spool/spool.hpp"

namespace bpfpush {

// What the agent counts itself.
struct AgentCounters {
  std::uint64_t snapshots = 0;
  std::chrono::nanoseconds collect_time{};  // all collections together
  WallTime started;
  BootTime started_since_boot;    // the same moment
  std::optional<SpoolDisk> disk;  // of the spool, if it is on one
};

// An endpoint's part of the self-metrics.
struct EndpointState {
  std::string name;
  SenderCounters counters;
  SpoolState backlog;
  RulesState rules;
  std::chrono::nanoseconds push_interval{};  // as a day's bytes allow
};

// The agent's own metrics, `bpfpush_*`: pushed on the same path as all others. README lists them;
// so does families().
class SelfMetrics {
 public:
  SelfMetrics();

  // Appends every self-metric as it stands.
  void collect(const AgentCounters& agent, const Collector& collector,
               const std::vector<EndpointState>& endpoints, std::vector<FamilySnapshot>& families);

  // All of them, in the order of collect().
  std::vector<std::shared_ptr<const Family>> families() const;

 private:
  struct Metric {
    std::shared_ptr<const Family> family;
    std::map<std::vector<std::string>, std::shared_ptr<const Series>> series;  // by label values
    FamilySnapshot now;  // filled by set(), handed out by collect()
  };

  void set(const std::string& name, std::vector<std::string> label_values, std::uint64_t value);
  void set_agent(const AgentCounters& agent);
  void set_collector(const Collector& collector);
  void set_endpoint(const EndpointState& endpoint);

  std::vector<Metric> metrics_;
};

}  // namespace bpfpush
