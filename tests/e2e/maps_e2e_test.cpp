// A map of another process, here the test's, through the agent into a real Prometheus: a key that
// is deleted is gone from there at once, and goes on where it was when it is back.
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "e2e/agent.hpp"
#include "env/file_descriptor.hpp"
#include "support/eventually.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

// Shorter than the five minutes for which Prometheus shows a series that has just stopped.
constexpr auto kDelivery = 120s;

class MapsE2e : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    REQUIRE_OF_MACHINE(require_program("prometheus"));
    server_.start().value();
  }

  void start_agent() {
    bpf_map_info info{};
    std::uint32_t size = sizeof info;
    ASSERT_EQ(bpf_obj_get_info_by_fd(map_.get(), &info, &size), 0);
    const std::string maps = "[{maps: [{id: " + std::to_string(info.id) +
                             ", name: jobs_total, type: counter, "
                             "labels: [{name: queue, size: 4, decoders: [uint]}]}]}]";
    const std::string config = to_yaml({.urls = {server_.write_url()}, .programs = maps});
    agent_ =
        start_bpfpush(directory_, {"run", "--config", directory_.write("a.yaml", config)}).value();
  }

  void set(std::uint32_t key, std::uint64_t value) {
    ASSERT_EQ(bpf_map_update_elem(map_.get(), &key, &value, BPF_ANY), 0);
  }

  // What an instant query says now; -1 for no such series, -2 for no answer.
  double jobs(std::uint32_t queue) const {
    const auto answer = server_.query("jobs_total{queue=\"" + std::to_string(queue) + "\"}");
    if (!answer) return -2;
    return answer->empty() ? -1 : answer->front().value();
  }

  bool eventually_jobs(std::uint32_t queue, double want) const {
    return eventually(kDelivery, [&] { return jobs(queue) == want; });
  }

  TemporaryDirectory directory_;
  PrometheusServer server_;
  FileDescriptor map_{
      bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "jobs", sizeof(std::uint32_t), 8, 1'000, nullptr)};
  std::optional<Process> agent_;
};

TEST_F(MapsE2e, AKeyThatIsDeletedVanishesAtOnceAndGoesOnWhenItIsBack) {
  set(1, 10);
  set(2, 20);
  ASSERT_NO_FATAL_FAILURE(start_agent());
  ASSERT_TRUE(eventually_jobs(1, 10)) << agent_->errors();
  ASSERT_TRUE(eventually_jobs(2, 20)) << agent_->errors();

  const std::uint32_t deleted = 1;
  ASSERT_EQ(bpf_map_delete_elem(map_.get(), &deleted), 0);
  EXPECT_TRUE(eventually_jobs(1, -1)) << agent_->errors();
  EXPECT_EQ(jobs(2), 20) << "the other goes on";

  set(1, 3);
  EXPECT_TRUE(eventually_jobs(1, 13)) << agent_->errors();
  agent_->kill(SIGTERM);
  EXPECT_EQ(agent_->wait(kDelivery), 0) << agent_->errors();
}

}  // namespace
}  // namespace bpfpush
