#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "e2e/agent.hpp"
#include "support/loop_device.hpp"
#include "support/metrics_server.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {

// A receiver, the agent that sends to it, and a disk of which only the test does I/O: what the
// receiver says of that disk must be what the kernel says of it.
class BioStage : public ::testing::Test {
 protected:
  // Generous: a busy machine must not fail a test of counts.
  static constexpr std::chrono::seconds kDelivery{30};
  static constexpr std::chrono::seconds kEnd{15};

  // Attaches the disks and starts the receiver; the test has to check HasFatalFailure() or use
  // ASSERT_NO_FATAL_FAILURE.
  void set_up(std::unique_ptr<MetricsServer> server);

  // Starts `bpfpush run` and returns when it counts, known by what it says of a second disk.
  // `metric` is one of a program that the configuration runs.
  void start_agent(AgentConfig config, const std::string& metric = "ebpf_bio_req_latency");

  MetricsServer& server() { return *server_; }
  LoopDevice& disk() { return *disk_; }
  Process& agent() { return *agent_; }

  // What the kernel has counted on the disk since the test began.
  DiskStat done() const { return disk_->stat() - before_; }

  // NAME{device="loopN",operation="read"}
  std::string selector(const std::string& name, const std::string& operation) const;

  // The value of the one series that the query gives; nothing if it gives none or several.
  std::optional<double> value_of(const std::string& promql) const;

  // Returns when the query gives `expected`, or fails after kDelivery.
  void expect_delivered(const std::string& promql, double expected);

  // The counts of METRIC are the kernel's, operation by operation, as soon as they have arrived.
  void expect_kernel_counts(const std::string& metric);

  // The distinct values of a label among the disk's series of `name`.
  std::set<std::string> label_values(const std::string& name, const std::string& label) const;

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<MetricsServer> server_;
  std::optional<LoopDevice> disk_;
  std::optional<LoopDevice> starter_;
  DiskStat before_;
  std::optional<Process> agent_;  // last: ends before what it uses
};

}  // namespace bpfpush
