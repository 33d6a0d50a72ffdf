#pragma once

#include <chrono>
#include <optional>

#include "env/random.hpp"

namespace bpfpush {

struct BackoffOptions {
  std::chrono::milliseconds min{1'000};
  std::chrono::milliseconds max{60'000};
};

// How long to wait before the next try: min, then twice as long each time up to max, or what the
// receiver asked for with Retry-After (never less than min, capped at kRetryAfterMax); then up to
// 10 % more at random, so that a fleet that failed together does not come back together.
class Backoff {
 public:
  // A receiver that asks for more than this has mistaken the unit, and would otherwise silence us
  // for days.
  static constexpr std::chrono::seconds kRetryAfterMax{600};

  // Slow: the wait doubles up to kSlowness times the usual max.
  enum class Pace { kUsual, kSlow };
  static constexpr int kSlowness = 5;

  Backoff(BackoffOptions options, Random& random) : options_(options), random_(random) {}

  std::chrono::milliseconds next_delay(std::optional<std::chrono::seconds> retry_after,
                                       Pace pace = Pace::kUsual);
  void reset() { attempt_ = 0; }

  // Tries that failed since the last reset: 0 for a first try. Sent as Retry-Attempt.
  int attempt() const { return attempt_; }

 private:
  BackoffOptions options_;
  Random& random_;
  int attempt_ = 0;
};

}  // namespace bpfpush
