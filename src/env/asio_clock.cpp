#include "env/asio_clock.hpp"

#include <time.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

std::chrono::nanoseconds read_clock(clockid_t id) {
  timespec time{};
  ::clock_gettime(id, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

BootTime AsioClock::now() const {
  return BootTime(read_clock(CLOCK_BOOTTIME));
}

WallTime AsioClock::wall_now() const {
  return WallTime(std::chrono::floor<std::chrono::milliseconds>(read_clock(CLOCK_REALTIME)));
}

asio::awaitable<void> AsioClock::sleep_until(BootTime deadline) {
  // The timer's clock stands still while the host is suspended, so one wait can end early by the
  // boot-time clock, never late by more than the suspension itself.
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  while (now() < deadline) {
    timer.expires_after(deadline - now());
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
  }
}

}  // namespace bpfpush
