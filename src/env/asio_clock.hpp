#pragma once

#include "env/clock.hpp"

namespace bpfpush {

// The real clock: the kernel's time, and timers of the executor that the waiting coroutine runs on.
class AsioClock final : public Clock {
 public:
  BootTime now() const override;
  WallTime wall_now() const override;
  boost::asio::awaitable<void> sleep_until(BootTime deadline) override;
};

}  // namespace bpfpush
