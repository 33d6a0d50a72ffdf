// Snapshots on disk outlive the agent: what a dead one left is delivered by the next.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "e2e/bio_stage.hpp"
#include "support/eventually.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

class SpoolE2e : public BioStage {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    REQUIRE_OF_MACHINE(require_program("prometheus"));
    set_up(std::make_unique<PrometheusServer>());
  }

  std::string spool() const { return (directory_.path() / "spool").string(); }

  Process start_with_spool() {
    const std::string yaml = to_yaml({.urls = {server().write_url()}, .push_interval = "200ms"}) +
                             "spool: {path: " + spool() + ", sync: always}\n";
    const auto file = directory_.write("bpfpush.yaml", yaml);
    return start_bpfpush(directory_, {"run", "--config", file}).value();
  }

  std::uintmax_t spool_bytes() const {
    std::uintmax_t bytes = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(spool(), error)) {
      if (entry.path().extension() == ".spool") bytes += entry.file_size(error);
    }
    return bytes;
  }

  std::optional<double> snapshots_of_first_run() {
    return value_of("max_over_time(bpfpush_agent_snapshots_total[10m])");
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(SpoolE2e, WhatAKilledAgentWroteIsDeliveredByTheNext) {
  Process first = start_with_spool();
  ASSERT_TRUE(eventually(kDelivery, [&] { return snapshots_of_first_run().has_value(); }))
      << first.errors();
  server().kill_now();
  const std::uintmax_t before = spool_bytes();
  ASSERT_TRUE(eventually(kDelivery, [&] { return spool_bytes() > before + 3'000; }))
      << first.errors();
  first.kill(SIGKILL);
  ASSERT_EQ(first.wait(kEnd), 128 + SIGKILL);
  const Outcome inspected = run_bpfpush({"spool", "inspect", spool()});
  EXPECT_EQ(inspected.exit_code, 0) << inspected.errors;

  server().start().value();
  Process second = start_with_spool();
  // Of the first run, every snapshot it took has its number as a sample.
  const auto is_delivered = [&] {
    const auto pending = value_of("bpfpush_spool_pending_snapshots");
    return pending && *pending <= 1 && value_of("resets(bpfpush_agent_snapshots_total[10m])") == 1;
  };
  ASSERT_TRUE(eventually(kDelivery, is_delivered)) << second.errors();
  const auto answer = server().query("bpfpush_agent_snapshots_total[10m]").value();
  ASSERT_EQ(answer.size(), 1u);
  double last = 0;
  int restarts = 0;
  for (const PromPoint& point : answer.front().points) {
    restarts += point.value == 1 && last > 1;
    if (point.value != 1) {
      EXPECT_EQ(point.value, last + 1) << "a snapshot is missing";
    }
    last = point.value;
  }
  EXPECT_EQ(restarts, 1);
}

TEST_F(SpoolE2e, ASecondAgentInTheSameDirectoryRefuses) {
  Process first = start_with_spool();
  ASSERT_TRUE(eventually(kDelivery, [&] { return snapshots_of_first_run().has_value(); }))
      << first.errors();
  Process second = start_with_spool();
  EXPECT_EQ(second.wait(kEnd), 2);
  EXPECT_THAT(second.errors(), ::testing::HasSubstr("used by another bpfpush"));
  EXPECT_THAT(second.errors(), ::testing::HasSubstr("spool.path"));
  EXPECT_TRUE(first.running());
}

}  // namespace
}  // namespace bpfpush
