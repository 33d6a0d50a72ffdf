#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/dice.hpp"

namespace bpfpush::sim {

// How one receiver behaves, all through a world.
struct ReceiverTraits {
  bool ordered = true;  // as Prometheus: what is out of order or too old refuses the request
  bool busy = false;    // others push to it too: what is more than an hour old is too old
  bool tells_date = true;
  bool host_may_be_wrong = false;      // of the date
  std::size_t samples_max = SIZE_MAX;  // of a request; more is 413
  std::size_t samples_per_send = 10'000;
  bool is_slow = false;
  std::uint64_t bytes_per_second = 0;
  bool strict = false;
  // What it, or the network before it, can do besides to work; drawn for the world.
  std::vector<int> troubles;
  bool forgets = false;
};

// What a seed makes of its world: sizes, and which faults it has at all. That each world has only
// some of them reaches states that a mixture of all never would.
struct Swarm {
  explicit Swarm(Dice& dice);

  std::chrono::nanoseconds interval{};
  int pushes = 0;  // until the faults stop
  std::vector<ReceiverTraits> receivers;

  bool on_disk = true;
  std::uint64_t bytes_max = 1 << 20;
  std::optional<std::chrono::milliseconds> sync;
  std::chrono::milliseconds coarsest_step{};
  std::size_t ballast = 0;  // series whose values fill the disk

  bool kills = false;       // the agent is killed at any moment
  bool restarts = false;    // it is stopped, and started again
  bool reboots = false;     // the host, in order
  bool power_cuts = false;  // the host, and the disk forgets
  bool tears = false;       // sectors, too
  bool slow_disk = false;   // syncs take time
  bool disk_errors = false;
  bool disk_fills = false;
  bool clock_steps = false;
  bool no_battery = false;  // the host boots in 1970
  bool churn = false;       // series come and go
  bool unreadable = false;  // maps cannot be read now and then

  // About how long a sync takes where the disk is slow, and a request. A host can keep up with its
  // snapshots, and catch up.
  std::chrono::nanoseconds sync_time() const {
    return std::min<std::chrono::nanoseconds>(std::chrono::seconds(1), interval / 30);
  }
  std::chrono::nanoseconds latency() const {
    return std::min<std::chrono::nanoseconds>(std::chrono::milliseconds(30), interval / 100);
  }

  std::string to_string() const;
};

}  // namespace bpfpush::sim
