#pragma once

#include <chrono>
#include <string_view>

#include "env/clock.hpp"

namespace bpfpush {

// Where in every interval this host pushes: the same for a host from start to start, spread evenly
// over a fleet, so that hosts that started together do not push together. `host` is what tells
// hosts apart.
std::chrono::nanoseconds push_phase(std::string_view host, std::chrono::nanoseconds interval);

// The first instant after `now` that is a whole number of intervals, and the phase, after boot.
BootTime next_push(BootTime now, std::chrono::nanoseconds interval, std::chrono::nanoseconds phase);

}  // namespace bpfpush
