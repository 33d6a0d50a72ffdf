#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/life.hpp"
#include "sim/reckoning.hpp"

namespace bpfpush::sim {

// A host with an agent and its receivers, and all that goes wrong with them, drawn from a seed. The
// loops of the agent, its spool and its senders are the real ones.
class World {
 public:
  using Trace = std::function<void(Sky::Time now, const std::string& event)>;

  explicit World(std::uint64_t seed, Trace trace = nullptr);

  // Everything happens; what was wrong first, or nothing.
  std::optional<std::string> run();

  const Swarm& swarm() const { return swarm_; }
  std::uint64_t collections() const { return truth_.collections(); }
  const Truth& truth() const { return truth_; }

 private:
  void fail(const std::string& what);
  void say(const std::string& event);

  void make_maps();
  void plan();
  void repeat(std::chrono::nanoseconds mean, const std::function<void()>& event);

  // Lets time pass until then, or until `done`.
  void run_until(Sky::Time end, const std::function<bool()>& done = nullptr);
  std::string backlogs() const;
  void step_life();
  void check();

  void start();
  void account_for_start(const Stored& stored);
  void end_life();
  void kill();
  void stop();
  void boot();
  void cut_power();
  void start_later();

  void trouble(Way& way);
  void step_clock();
  void set_clock_right();
  void heal();
  void reckon();

  Dice dice_;
  Swarm swarm_;
  Trace trace_;
  Sky sky_;
  Truth truth_;
  Disk disk_;
  HostTime host_;
  std::vector<std::unique_ptr<SimMap>> maps_;
  std::vector<std::unique_ptr<Receiver>> receivers_;
  std::vector<std::unique_ptr<Way>> ways_;
  std::vector<Account> accounts_;
  std::vector<std::string> endpoints_;
  std::vector<bool> drained_;
  std::unique_ptr<Life> life_;
  int lives_ = 0;
  bool stopping_ = false;
  std::function<void()> after_life_;  // what is to happen once the life has ended
  bool exact_end_ = true;             // the last life ended without anything in memory only
  Sky::Time life_began_{};
  Sky::Time life_ended_{};
  bool healed_ = false;
  std::string failure_;
};

// No lines of the log, of which worlds would write millions.
void be_quiet();

}  // namespace bpfpush::sim
