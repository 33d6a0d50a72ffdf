#include "agent/event_drain.hpp"

#include <fcntl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "env/event.hpp"

namespace bpfpush {
namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator&&;

namespace {

asio::awaitable<void> wait_for_ever() {
  const auto executor = co_await asio::this_coro::executor;
  Event never(executor);
  co_await never.wait();
}

}  // namespace

EventDrain::EventDrain(const Collector& collector, Clock& clock)
    : counters_(collector.event_counters()), clock_(clock) {}

asio::awaitable<void> EventDrain::run() {
  co_await drain_from(0);
}

asio::awaitable<void> EventDrain::drain_from(std::size_t first) {
  if (first == counters_.size()) {
    co_await wait_for_ever();
    co_return;
  }
  co_await (drain(first) && flush_regularly(first) && drain_from(first + 1));
}

asio::awaitable<void> EventDrain::drain(std::size_t index) {
  EventCounter& counter = *counters_[index];
  // The descriptor is the buffers' own; Asio closes what it waits for.
  const int fd = counter.fd() < 0 ? -1 : fcntl(counter.fd(), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) co_return;
  const auto executor = co_await asio::this_coro::executor;
  asio::posix::stream_descriptor descriptor(executor, fd);
  for (;;) {
    constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
    const auto [error] =
        co_await descriptor.async_wait(asio::posix::descriptor_base::wait_read, kToken);
    if (error) co_return;
    counter.drain();
  }
}

asio::awaitable<void> EventDrain::flush_regularly(std::size_t index) {
  EventCounter& counter = *counters_[index];
  for (BootTime due = clock_.now() + counter.flush_interval();; due += counter.flush_interval()) {
    co_await clock_.sleep_until(due);
    if (clock_.now() < due) co_return;  // cancelled: what was counted is still to be read
    counter.drain();
    counter.flush();
  }
}

}  // namespace bpfpush
