#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

namespace bpfpush {

// Time since this boot, suspend included (CLOCK_BOOTTIME). Never goes back; every interval is
// measured on it.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

// What the host believes the date is, in the milliseconds of remote write. May step in either
// direction.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// The one source of time. Everything that waits or asks the time does it here, so that a test can
// run an hour in milliseconds.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual BootTime now() const = 0;
  virtual WallTime wall_now() const = 0;

  // Returns at `deadline` or soon after, at once if it has passed. Cancelling the coroutine ends
  // the wait.
  virtual boost::asio::awaitable<void> sleep_until(BootTime deadline) = 0;
};

}  // namespace bpfpush
