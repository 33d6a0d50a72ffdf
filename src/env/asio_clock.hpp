#pragma once

#include "env/clock.hpp"

namespace bpfpush {

// The real clock: the kernel's time, and timers of the executor that the waiting coroutine runs on.
class AsioClock final : public Clock {
 public:
  AsioClock();

  BootTime now() const override;
  WallTime wall_now() const override;
  bool is_synchronized() const override;
  BootId boot_id() const override { return boot_id_; }
  boost::asio::awaitable<void> sleep_until(BootTime deadline) override;

 private:
  BootId boot_id_;
};

}  // namespace bpfpush
