#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "env/clock.hpp"
#include "sender/throttle.hpp"

namespace bpfpush {

// Follows whether an endpoint takes what it is sent, and says which failures are worth a line in
// the log: the first for each reason, then one every kRepeat. An endpoint that is away for a day
// would else write thousands; but that it is refused now for a wrong certificate, where nothing
// listened a minute ago, is news.
class Outage {
 public:
  static constexpr std::chrono::minutes kRepeat = Throttle::kRepeat;

  struct Summary {
    std::chrono::seconds duration;  // from the first failure on
    int failures = 0;
  };

  // A try failed for `reason`, one of a few dozen (a status, an error's code). True if it should be
  // logged.
  bool failed(BootTime now, const std::string& reason);

  // A try went through: what was suffered before it, if anything.
  std::optional<Summary> ended(BootTime now);

 private:
  int failures_ = 0;
  BootTime began_;
  Throttle throttle_;
};

}  // namespace bpfpush
