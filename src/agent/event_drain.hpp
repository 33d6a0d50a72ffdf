#pragma once

#include <boost/asio/awaitable.hpp>

#include "agent/collector.hpp"
#include "env/clock.hpp"

namespace bpfpush {

// Counts what comes into the collector's perf_event_arrays when it comes, so that little waits in
// the kernel, and lets each begin again whenever its flush interval is over. Never returns. Both
// arguments outlive it; the collector is loaded.
boost::asio::awaitable<void> drain_events(const Collector& collector, Clock& clock);

}  // namespace bpfpush
