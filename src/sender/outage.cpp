#include "sender/outage.hpp"

#include <utility>

namespace bpfpush {

bool Outage::failed(BootTime now, const std::string& reason) {
  failures_ += 1;
  if (failures_ == 1) began_ = now;
  const auto [logged, is_new] = logged_.try_emplace(reason, now);
  if (!is_new && now - logged->second < kRepeat) return false;
  logged->second = now;
  return true;
}

std::optional<Outage::Summary> Outage::ended(BootTime now) {
  if (failures_ == 0) return std::nullopt;
  logged_.clear();
  return Summary{std::chrono::duration_cast<std::chrono::seconds>(now - began_),
                 std::exchange(failures_, 0)};
}

}  // namespace bpfpush
