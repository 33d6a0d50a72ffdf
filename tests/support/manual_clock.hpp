#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>

#include "env/clock.hpp"

namespace bpfpush {

// A clock that stands still until a test moves it. Sleepers wake in the order of their deadlines,
// each at exactly its own, so a run is the same every time and takes no time.
class ManualClock final : public Clock {
 public:
  BootTime now() const override { return now_; }
  WallTime wall_now() const override;
  bool is_synchronized() const override { return synchronized; }
  BootId boot_id() const override { return boot; }
  boost::asio::awaitable<void> sleep_until(BootTime deadline) override;

  // When the next sleeper wakes, if anyone sleeps.
  std::optional<BootTime> next_deadline() const;

  // Moves the time to the next deadline and wakes who sleeps until then. False if nobody sleeps.
  bool advance_to_next();

  // Moves the time and wakes nobody: not past the next deadline, and not back while anyone sleeps.
  void set(BootTime now);

  // Runs the loop until all that can happen in this span of simulated time has happened.
  void run_for(boost::asio::io_context& io, std::chrono::nanoseconds span);

  // What the test makes of the date: how far it is off, and what the kernel says of it.
  std::chrono::milliseconds step{0};
  bool synchronized = true;
  BootId boot{1};

 private:
  using Sleepers = std::multimap<BootTime, boost::asio::steady_timer*>;

  BootTime now_{std::chrono::hours(1)};
  Sleepers sleepers_;  // timers that never expire, in the frames of sleep_until()
};

}  // namespace bpfpush
