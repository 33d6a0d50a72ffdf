// Kernel state that outlives the agent, as a user sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "e2e/pinned_stage.hpp"
#include "support/eventually.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

class PinE2e : public PinnedStage {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    REQUIRE_OF_MACHINE(require_program("prometheus"));
    set_up(std::make_unique<PrometheusServer>());
    ASSERT_NO_FATAL_FAILURE(start_pinned_agent({}));
  }
};

TEST_F(PinE2e, TheCountsOfAKilledAgentGoOn) {
  disk().write({.count = 5, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");
  EXPECT_THAT(value_of("bpfpush_object_adopted{object=\"bio\"}"), Optional(0));
  EXPECT_THAT(agent().errors(), HasSubstr("kernel state pinned: its counts begin"));
  kill_agent();

  disk().write({.count = 7, .bytes = 4096}).value();
  disk().read({.count = 3, .bytes = 512}).value();
  start_again();
  disk().write({.count = 2, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");
  expect_kernel_counts("ebpf_bio_req_size");
  expect_delivered("resets(" + selector("ebpf_bio_req_size_count", "write") + "[10m])", 0);
  expect_delivered("bpfpush_object_adopted{object=\"bio\"}", 1);
  EXPECT_THAT(agent().errors(), HasSubstr("kernel state adopted: its counts go on"));
}

TEST_F(PinE2e, ASecondAgentOnTheSamePinsRefuses) {
  const TemporaryDirectory directory;
  const auto file = directory.write(
      "bpfpush.yaml",
      to_yaml({.urls = {server().write_url()}, .more = "pin: {path: " + pins() + "}\n"}));
  auto second = start_bpfpush(directory, {"run", "--config", file}).value();
  EXPECT_EQ(second.wait(kEnd), 2);
  EXPECT_THAT(second.errors(), HasSubstr("pin: " + pins() + " is used by another bpfpush"));
  EXPECT_TRUE(agent().running());
  disk().write({.count = 1, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_latency");
}

TEST_F(PinE2e, ListShowsWhatIsPinnedAndUnpinRemovesIt) {
  const Outcome refused = run_bpfpush({"unpin", pins()});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("is used by another bpfpush; stop it first"));
  kill_agent();
  const Outcome listed = run_bpfpush({"list", "--config", config_file()});
  EXPECT_THAT(listed.output, HasSubstr("PINNED in " + pins()));
  EXPECT_THAT(listed.output, HasSubstr("3 links, counting since 20"));
  const Outcome removed = run_bpfpush({"unpin", "--config", config_file()});
  EXPECT_EQ(removed.exit_code, 0) << removed.errors;
  EXPECT_THAT(removed.output, HasSubstr("removed bio: 3 programs, "));
  EXPECT_THAT(run_bpfpush({"unpin", pins()}).output, Not(HasSubstr("removed")));
}

}  // namespace
}  // namespace bpfpush
