#include "env/asio_clock.hpp"

#include <sys/timex.h>
#include <time.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <cstddef>
#include <fstream>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

std::chrono::nanoseconds read_clock(clockid_t id) {
  timespec time{};
  ::clock_gettime(id, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// As the kernel writes it: 32 hex digits, with dashes between some.
BootId read_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  BootId id{};
  std::size_t digits = 0;
  for (char c = 0; digits < 2 * id.size() && file.get(c);) {
    unsigned digit = 0;
    if (std::from_chars(&c, &c + 1, digit, 16).ec != std::errc()) continue;
    id[digits / 2] = static_cast<std::uint8_t>(id[digits / 2] << 4 | digit);
    digits += 1;
  }
  return id;
}

}  // namespace

AsioClock::AsioClock() : boot_id_(read_boot_id()) {}

BootTime AsioClock::now() const {
  return BootTime(read_clock(CLOCK_BOOTTIME));
}

WallTime AsioClock::wall_now() const {
  return WallTime(std::chrono::floor<std::chrono::milliseconds>(read_clock(CLOCK_REALTIME)));
}

bool AsioClock::is_synchronized() const {
  timex query{};  // with no modes it only reads, which needs no privilege
  const int state = ::adjtimex(&query);
  return state >= 0 && state != TIME_ERROR && (query.status & STA_UNSYNC) == 0;
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
