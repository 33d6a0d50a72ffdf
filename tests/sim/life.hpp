#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.hpp"
#include "sim/disk.hpp"
#include "sim/kernel.hpp"
#include "sim/network.hpp"
#include "sim/sky.hpp"
#include "support/fake_filesystem.hpp"
#include "support/manual_clock.hpp"

namespace bpfpush::sim {

// What the host of an agent believes of the time.
struct HostTime {
  Sky::Time booted{};
  BootId boot{1};
  std::chrono::milliseconds error{};  // of its date
  bool synchronized = true;
};

// One life of the agent: from its start to its end, in order or not. It has a loop of its own, in
// which all that was going on ends with it.
class Life {
 public:
  struct Parts {
    const Swarm& swarm;
    Dice& dice;
    Sky& sky;
    Truth& truth;
    Disk& disk;
    std::vector<std::unique_ptr<SimMap>>& maps;
    std::vector<std::unique_ptr<Way>>& ways;
    const HostTime& host;
  };

  // The error is what came of the start.
  static Result<std::unique_ptr<Life>> begin(int number, const Parts& parts);
  ~Life();

  // Lets one thing happen that is due; false if nothing is.
  bool step();
  Sky::Time next() const;
  void advance(Sky::Time now);  // not past next()
  void wake();                  // whom next() is for
  void set_clock();             // the host's time is another

  void stop() { agent_->stop(); }
  bool ended() const { return ended_; }
  int number() const { return number_; }
  const std::string& failure() const { return failure_; }

  std::vector<EndpointState> endpoints() const { return agent_->endpoints(); }
  std::uint64_t collected() const { return collected_; }

 private:
  Life(int number, const Parts& parts);
  CollectedMetric collection_metric();
  CollectedMetric ballast_metric();
  Config config() const;

  class Numbers;
  class Ballast;

  int number_;
  Parts parts_;
  boost::asio::io_context io_{1};
  ManualClock clock_;
  FakeFilesystem filesystem_;
  Collector collector_{"ebpf", filesystem_};
  std::unique_ptr<Agent> agent_;
  std::uint64_t collected_ = 0;
  bool ended_ = false;
  std::string failure_;
};

}  // namespace bpfpush::sim
