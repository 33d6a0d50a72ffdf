#pragma once

#include <string>

#include "e2e/bio_stage.hpp"

namespace bpfpush {

// A stage whose agent pins its kernel state on a file system of the test's own, and keeps its
// snapshots on disk.
class PinnedStage : public BioStage {
 protected:
  // Ends the agent, and takes away what is pinned.
  void TearDown() override;

  // Starts the agent for the first time; returns when it counts. `urls` is empty for server().
  void start_pinned_agent(const std::vector<std::string>& urls);
  // Kills it, as a crash or the OOM killer would.
  void kill_agent();
  // Starts it again, with the same configuration, and does not wait.
  void start_again();

  std::string pins() const { return (directory_.path() / "pins").string(); }
  const std::string& config_file() const { return config_file_; }

 private:
  TemporaryDirectory directory_;
  AgentConfig config_;
  std::string config_file_;
};

}  // namespace bpfpush
