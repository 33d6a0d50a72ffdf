#include "sender/throttle.hpp"

namespace bpfpush {

bool Throttle::admits(BootTime now, const std::string& kind) {
  const auto [logged, is_new] = logged_.try_emplace(kind, now);
  if (!is_new && now - logged->second < kRepeat) return false;
  logged->second = now;
  return true;
}

}  // namespace bpfpush
