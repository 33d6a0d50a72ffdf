#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "snapshot/snapshot.hpp"

namespace bpfpush {

// When counting began, in milliseconds since the epoch. A receiver takes another start for another
// count, so what was said once is said again, although the two clocks may drift or be set
// meanwhile, for as long as it is before the samples.
class StartStamps {
 public:
  // A snapshot begins: what neither it nor the one before asked for is forgotten.
  void begin_pass(const Instant& instant);

  // The start of samples of `timestamp` from the snapshot whose family has been counting since
  // `counting_since`, a time on the clock of its boot. Always before `timestamp`; 0 if not known.
  std::int64_t of(std::chrono::nanoseconds counting_since, std::int64_t timestamp);

 private:
  struct Said {
    std::int64_t start = 0;
    bool in_use = false;
  };

  Instant instant_;
  std::map<std::chrono::nanoseconds, Said> said_;
};

}  // namespace bpfpush
