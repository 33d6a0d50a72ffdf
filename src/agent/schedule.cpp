#include "agent/schedule.hpp"

#include <cstdint>
#include <functional>

namespace bpfpush {

std::chrono::nanoseconds push_phase(std::string_view host, std::chrono::nanoseconds interval) {
  const std::uint64_t hash = std::hash<std::string_view>{}(host);  // no seed: the same every start
  return std::chrono::nanoseconds(hash % static_cast<std::uint64_t>(interval.count()));
}

BootTime next_push(BootTime now, std::chrono::nanoseconds interval,
                   std::chrono::nanoseconds phase) {
  const auto whole = (now.time_since_epoch() - phase + interval) / interval;
  return BootTime(whole * interval + phase);
}

}  // namespace bpfpush
