#include "sender/backoff.hpp"

#include <algorithm>

namespace bpfpush {
namespace {

using std::chrono::milliseconds;

// Even a configured backoff of zero must not become a loop that only spins.
constexpr milliseconds kDelayMin{1};

constexpr double kJitterMax = 0.1;

milliseconds doubled(milliseconds delay, int times, milliseconds max) {
  for (; times > 0 && delay < max; --times) delay += delay;
  return std::min(delay, max);
}

}  // namespace

milliseconds Backoff::next_delay(std::optional<std::chrono::seconds> retry_after, Pace pace) {
  const milliseconds min = std::max(options_.min, kDelayMin);
  const milliseconds max = std::max(options_.max, min) * (pace == Pace::kSlow ? kSlowness : 1);
  milliseconds delay = doubled(min, attempt_, max);
  if (retry_after) delay = std::max<milliseconds>(min, std::min(*retry_after, kRetryAfterMax));
  attempt_ += 1;
  const auto jitter = static_cast<double>(delay.count()) * kJitterMax * random_.uniform();
  return delay + milliseconds(static_cast<milliseconds::rep>(jitter));
}

}  // namespace bpfpush
