#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "sim/dice.hpp"
#include "sim/sky.hpp"
#include "sim/swarm.hpp"
#include "support/fake_storage.hpp"

namespace bpfpush::sim {

// What an agent's directory holds, read as a new agent would.
struct Stored {
  std::map<std::uint64_t, std::uint64_t> snapshots;  // the collection of each, by id
  std::map<std::string, std::uint64_t> cursors;      // of endpoints: the first id not passed

  std::uint64_t pending(const std::string& endpoint) const;
  std::set<std::uint64_t> collections() const;
};

// The disk of the host, with its faults.
class Disk {
 public:
  Disk(const Swarm& swarm, Dice& dice, Sky& sky);

  FakeStorage& storage() { return storage_; }

  // While it is awake it may fail, and agents are killed on it; else it is only looked at.
  void wake(Clock& clock);
  void sleep();

  Stored stored(const std::vector<std::string>& endpoints) const;

  // From here on some operations fail, for a while, or none.
  void set_errors(double probability) { error_probability_ = probability; }
  void set_full(bool full);
  // The agent is killed at one of the next operations.
  void kill_soon() { kill_in_ = 1 + dice_.below(6); }
  bool killed() const { return killed_; }

  std::optional<Sky::Time> last_error() const { return last_error_; }
  // The most blocks that all files took.
  std::uint64_t bytes_seen_max() const { return bytes_seen_max_; }

 private:
  int before_write();

  const Swarm& swarm_;
  Dice& dice_;
  Sky& sky_;
  FakeStorage storage_;
  bool awake_ = false;
  double error_probability_ = 0;
  std::uint64_t kill_in_ = 0;
  bool killed_ = false;
  std::optional<Sky::Time> last_error_;
  std::uint64_t bytes_seen_max_ = 0;
};

}  // namespace bpfpush::sim
