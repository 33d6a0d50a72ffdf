#include "support/manual_clock.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

// A test that needs more wake-ups than this is one that never ends.
constexpr int kStepsMax = 1'000'000;

constexpr WallTime kWallTimeAtBoot{std::chrono::milliseconds(1'700'000'000'000)};

}  // namespace

WallTime ManualClock::wall_now() const {
  return kWallTimeAtBoot + step +
         std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
}

asio::awaitable<void> ManualClock::sleep_until(BootTime deadline) {
  if (deadline <= now_) co_return;
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer never(executor, asio::steady_timer::time_point::max());
  const auto sleeper = sleepers_.emplace(deadline, &never);
  co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  // advance_to_next() has removed whom it woke; who is here before the deadline was cancelled.
  if (now_ < deadline) sleepers_.erase(sleeper);
}

std::optional<BootTime> ManualClock::next_deadline() const {
  if (sleepers_.empty()) return std::nullopt;
  return sleepers_.begin()->first;
}

bool ManualClock::advance_to_next() {
  if (sleepers_.empty()) return false;
  now_ = std::max(now_, sleepers_.begin()->first);
  while (!sleepers_.empty() && sleepers_.begin()->first <= now_) {
    sleepers_.begin()->second->cancel();
    sleepers_.erase(sleepers_.begin());
  }
  return true;
}

void ManualClock::set(BootTime now) {
  CHECK(sleepers_.empty() || (now >= now_ && now <= sleepers_.begin()->first));
  now_ = now;
}

void ManualClock::run_for(asio::io_context& io, std::chrono::nanoseconds span) {
  const BootTime end = now_ + span;
  for (int step = 0;; ++step) {
    CHECK(step < kStepsMax);
    io.restart();
    io.poll();
    const std::optional<BootTime> next = next_deadline();
    if (!next || *next > end) break;
    advance_to_next();
  }
  now_ = end;
}

}  // namespace bpfpush
