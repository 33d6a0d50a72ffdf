#include "sender/catch_up.hpp"

namespace bpfpush {

std::chrono::nanoseconds CatchUp::pause(std::uint64_t pending) {
  left_ = pending == 0 ? kBurst : left_ - 1;
  if (left_ > 0) return {};
  left_ = kBurst;
  const std::chrono::duration<double, std::nano> length(static_cast<double>(interval_.count()) *
                                                        (0.5 + random_.uniform()));
  return std::chrono::duration_cast<std::chrono::nanoseconds>(length);
}

}  // namespace bpfpush
