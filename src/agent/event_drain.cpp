#include "agent/event_drain.hpp"

#include <fcntl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

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

asio::awaitable<void> drain(EventCounter& counter) {
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

asio::awaitable<void> flush_regularly(EventCounter& counter, Clock& clock) {
  for (BootTime due = clock.now() + counter.flush_interval();; due += counter.flush_interval()) {
    co_await clock.sleep_until(due);
    if (clock.now() < due) co_return;  // cancelled: what was counted is still to be read
    counter.drain();
    counter.flush();
  }
}

asio::awaitable<void> drain_from(const std::vector<EventCounter*>& counters, std::size_t first,
                                 Clock& clock) {
  if (first == counters.size()) {
    co_await wait_for_ever();
    co_return;
  }
  EventCounter& counter = *counters[first];
  co_await (drain(counter) && flush_regularly(counter, clock) &&
            drain_from(counters, first + 1, clock));
}

}  // namespace

asio::awaitable<void> drain_events(const Collector& collector, Clock& clock) {
  const std::vector<EventCounter*> counters = collector.event_counters();
  co_await drain_from(counters, 0, clock);
}

}  // namespace bpfpush
