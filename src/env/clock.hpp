#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>

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

// What tells one boot of the host from every other; zeros where it is not known.
using BootId = std::array<std::uint8_t, 16>;

// The one source of time. Everything that waits or asks the time does it here, so that a test can
// run an hour in milliseconds.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual BootTime now() const = 0;
  virtual WallTime wall_now() const = 0;

  // Whether the kernel says that something, NTP say, keeps the wall clock right. A clock that was
  // set by hand counts as not synchronized.
  virtual bool is_synchronized() const = 0;

  virtual BootId boot_id() const = 0;

  // Returns at `deadline` or soon after, at once if it has passed. Cancelling the coroutine ends
  // the wait.
  virtual boost::asio::awaitable<void> sleep_until(BootTime deadline) = 0;
};

}  // namespace bpfpush
