#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "env/clock.hpp"

namespace bpfpush {

// A token bucket for bytes: over any span no more are let go than the rate allows for the span and
// kBurst, and one request.
class ByteRate {
 public:
  static constexpr std::chrono::seconds kBurst{1};

  // 0: no limit.
  explicit ByteRate(std::uint64_t bytes_per_second) : rate_(bytes_per_second) {}

  // How long to wait before these bytes may go. They count as gone.
  std::chrono::nanoseconds take(BootTime now, std::size_t bytes) {
    if (rate_ == 0) return {};
    const auto cost =
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate_));
    const auto wait = std::max<std::chrono::nanoseconds>(paid_at_ - now - kBurst, {});
    paid_at_ = std::max(paid_at_, now) + std::chrono::duration_cast<std::chrono::nanoseconds>(cost);
    return wait;
  }

 private:
  std::uint64_t rate_;
  BootTime paid_at_{};  // when what has gone is within the rate
};

}  // namespace bpfpush
