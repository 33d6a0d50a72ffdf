#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "env/clock.hpp"
#include "sender/verdict.hpp"

namespace bpfpush {

// What a sender has done since it was made. Each try of a request is counted once, by its outcome;
// so is each snapshot that left the spool through it.
struct SenderCounters {
  std::uint64_t requests_delivered = 0;
  std::uint64_t requests_rejected = 0;  // refused for good, and dropped
  std::uint64_t requests_retried = 0;   // failed tries: refused for now, or not answered
  std::uint64_t requests_held = 0;      // refused until credentials or url are put right
  std::uint64_t requests_split = 0;     // sent again in parts
  std::uint64_t samples_delivered = 0;
  std::uint64_t samples_unwritten = 0;  // of delivered requests; the receiver left them out
  std::array<std::uint64_t, kRefusals> samples_rejected{};  // by Refusal
  std::uint64_t snapshots_delivered = 0;                    // what had nothing in it included
  std::uint64_t snapshots_rejected = 0;                     // at least in part
  std::uint64_t snapshots_skipped = 0;      // not tried, as what was newer was too old already
  std::uint64_t snapshots_passed_over = 0;  // for a newer one, within a day's bytes
  std::uint64_t bytes_sent = 0;             // bodies of all tries
  std::uint64_t link_bytes = 0;             // of all tries, with what goes around them; an estimate
  int last_status = 0;                      // HTTP status of the last try; 0 if it had no answer
  bool held = false;  // nothing can be sent until credentials, url or clock are put right
  std::optional<WallTime> last_success;  // when a request was last delivered

  std::uint64_t all_samples_rejected() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t samples : samples_rejected) sum += samples;
    return sum;
  }
};

}  // namespace bpfpush
