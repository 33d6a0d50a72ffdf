#include "sender/outage.hpp"

#include <utility>

namespace bpfpush {

bool Outage::failed(BootTime now) {
  failures_ += 1;
  if (failures_ == 1) began_ = now;
  if (failures_ > 1 && now - logged_ < kRepeat) return false;
  logged_ = now;
  return true;
}

std::optional<Outage::Summary> Outage::ended(BootTime now) {
  if (failures_ == 0) return std::nullopt;
  return Summary{std::chrono::duration_cast<std::chrono::seconds>(now - began_),
                 std::exchange(failures_, 0)};
}

}  // namespace bpfpush
