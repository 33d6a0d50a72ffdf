#include "e2e/pinned_stage.hpp"

#include <signal.h>
#include <sys/mount.h>

namespace bpfpush {

void PinnedStage::TearDown() {
  if (config_file_.empty()) return;
  kill_agent();
  const Outcome unpinned = run_bpfpush({"unpin", pins()});
  EXPECT_EQ(unpinned.exit_code, 0) << unpinned.errors;
  ::umount2(pins().c_str(), MNT_DETACH);
}

void PinnedStage::start_pinned_agent(const std::vector<std::string>& urls) {
  config_.urls = urls.empty() ? std::vector{server().write_url()} : urls;
  config_.push_interval = "200ms";
  config_.more = "pin: {path: " + pins() +
                 "}\nspool: {path: " + (directory_.path() / "spool").string() + "}\n";
  config_file_ = directory_.write("bpfpush.yaml", to_yaml(config_));
  ASSERT_NO_FATAL_FAILURE(start_agent(config_));
}

void PinnedStage::kill_agent() {
  agent().kill(SIGKILL);
  EXPECT_TRUE(agent().wait(kEnd));
}

void PinnedStage::start_again() {
  agent() = start_bpfpush(directory_, {"run", "--config", config_file_}).value();
}

}  // namespace bpfpush
