#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <vector>

#include "agent/collector.hpp"
#include "env/clock.hpp"

namespace bpfpush {

// Counts what comes into the collector's perf_event_arrays when it comes, so that little waits in
// the kernel, and lets each begin again whenever its flush interval is over.
class EventDrain {
 public:
  // Both outlive this; the collector is loaded.
  EventDrain(const Collector& collector, Clock& clock);

  // Never returns.
  boost::asio::awaitable<void> run();

 private:
  boost::asio::awaitable<void> drain_from(std::size_t first);
  boost::asio::awaitable<void> drain(std::size_t counter);
  boost::asio::awaitable<void> flush_regularly(std::size_t counter);

  std::vector<EventCounter*> counters_;  // the collector's
  Clock& clock_;
};

}  // namespace bpfpush
