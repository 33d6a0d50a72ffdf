#include "sender/outage.hpp"

#include <utility>

namespace bpfpush {

bool Outage::failed(BootTime now, const std::string& reason) {
  failures_ += 1;
  if (failures_ == 1) began_ = now;
  return throttle_.admits(now, reason);
}

std::optional<Outage::Summary> Outage::ended(BootTime now) {
  if (failures_ == 0) return std::nullopt;
  throttle_.forget();
  return Summary{std::chrono::duration_cast<std::chrono::seconds>(now - began_),
                 std::exchange(failures_, 0)};
}

}  // namespace bpfpush
