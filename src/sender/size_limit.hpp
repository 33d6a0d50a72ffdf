#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>

#include "env/clock.hpp"

namespace bpfpush {

// How many samples a request may have for a receiver that refused some as too large: as many as the
// largest that it took of the snapshot it had refused a part of. Forgotten after kKept, for limits
// are raised.
class SizeLimit {
 public:
  static constexpr std::chrono::hours kKept{1};
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  void refused() { refused_ = true; }
  void passed(std::size_t samples) { largest_ = std::max(largest_, samples); }

  // A snapshot is through.
  void learn(BootTime now) {
    if (refused_ && largest_ > 0) {
      samples_max_ = largest_;
      learned_ = now;
    }
    refused_ = false;
    largest_ = 0;
  }

  std::size_t samples_max(BootTime now) const {
    return now - learned_ < kKept ? samples_max_ : kNone;
  }

 private:
  std::size_t samples_max_ = kNone;
  std::size_t largest_ = 0;  // of this snapshot
  bool refused_ = false;
  BootTime learned_{};
};

}  // namespace bpfpush
