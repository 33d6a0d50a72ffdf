#include "agent/self_metrics.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

TEST(SelfMetrics, AreNamedAndExplained) {
  std::set<std::string> names;
  for (const auto& family : SelfMetrics().families()) {
    SCOPED_TRACE(family->name);
    EXPECT_TRUE(names.insert(family->name).second);
    EXPECT_TRUE(family->name.starts_with("bpfpush_"));
    EXPECT_TRUE(family->help.ends_with("."));
    EXPECT_EQ(family->type == MetricType::kCounter, family->name.ends_with("_total"));
    EXPECT_TRUE(family->unit.empty() || family->name.find("_" + family->unit) != std::string::npos);
  }
  EXPECT_GE(names.size(), 15u);
}

TEST(SelfMetrics, AreListedInTheReadme) {
  std::ifstream file(SOURCE_DIR "/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  for (const auto& family : SelfMetrics().families()) {
    EXPECT_NE(readme.find("`" + family->name), std::string::npos) << family->name;
  }
}

TEST(SelfMetrics, SayWhatTheyAreGiven) {
  const FakeFilesystem filesystem;
  const Collector collector("ebpf", filesystem);
  SelfMetrics metrics;
  EndpointState endpoint;
  endpoint.name = "main";
  endpoint.counters.requests_retried = 7;
  endpoint.backlog.evicted_snapshots = 3;
  AgentCounters agent;
  agent.collect_time = std::chrono::milliseconds(1'500);
  std::vector<FamilySnapshot> families;
  metrics.collect(agent, collector, {endpoint}, families);

  const auto value_of = [&](const std::string& name, const std::vector<std::string>& labels) {
    for (const FamilySnapshot& family : families) {
      if (family.family->name != name) continue;
      for (std::size_t i = 0; i < family.series.size(); ++i) {
        if (family.series[i]->label_values != labels) continue;
        return static_cast<double>(family.row(i)[0]) / family.family->divisor;
      }
    }
    return -1.0;
  };
  EXPECT_EQ(value_of("bpfpush_up", {}), 1);
  EXPECT_EQ(value_of("bpfpush_agent_collect_seconds_total", {}), 1.5);
  EXPECT_EQ(value_of("bpfpush_sender_requests_total", {"main", "retried"}), 7);
  EXPECT_EQ(value_of("bpfpush_spool_evicted_snapshots_total", {"main"}), 3);
  EXPECT_EQ(value_of("bpfpush_sender_last_success_timestamp_seconds", {"main"}), -1)
      << "there has been none";
}

TEST(SelfMetrics, CountSinceTheAgentStarted) {
  const FakeFilesystem filesystem;
  const Collector collector("ebpf", filesystem);
  AgentCounters agent;
  agent.started_since_boot = BootTime(std::chrono::seconds(9));
  std::vector<FamilySnapshot> families;
  SelfMetrics().collect(agent, collector, {}, families);
  for (const FamilySnapshot& family : families) {
    const bool is_gauge = family.family->type == MetricType::kGauge;
    EXPECT_EQ(family.counting_since, std::chrono::seconds(is_gauge ? 0 : 9)) << family.family->name;
  }
}

TEST(SelfMetrics, KeepTheirSeriesFromSnapshotToSnapshot) {
  const FakeFilesystem filesystem;
  const Collector collector("ebpf", filesystem);
  SelfMetrics metrics;
  std::vector<FamilySnapshot> first, second;
  metrics.collect({}, collector, {}, first);
  metrics.collect({}, collector, {}, second);
  EXPECT_EQ(first[0].series, second[0].series);
  EXPECT_EQ(first[0].series.size(), 1u);
}

}  // namespace
}  // namespace bpfpush
