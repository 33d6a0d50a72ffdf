#pragma once

#include <chrono>
#include <cstdint>

#include "env/random.hpp"

namespace bpfpush {

// How a backlog goes out, so that a fleet that comes back together does not storm its receiver:
// kBurst snapshots back to back, then a pause drawn evenly from half to one and a half push
// intervals. So kBurst times the normal load on average, and no beat that hosts could share. What
// follows an outage begins with a pause: the try that found the receiver back is not followed by a
// burst at once.
class CatchUp {
 public:
  static constexpr int kBurst = 5;

  // No interval: no pauses.
  CatchUp(std::chrono::nanoseconds push_interval, Random& random)
      : interval_(push_interval), random_(random) {}

  // The endpoint cannot be delivered to.
  void interrupted() { left_ = 1; }

  // A snapshot went through, and so many are left. How long to wait before the next.
  std::chrono::nanoseconds pause(std::uint64_t pending);

 private:
  std::chrono::nanoseconds interval_;
  Random& random_;
  int left_ = kBurst;  // of this burst
};

}  // namespace bpfpush
