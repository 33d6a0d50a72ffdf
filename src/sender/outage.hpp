#pragma once

#include <chrono>
#include <optional>

#include "env/clock.hpp"

namespace bpfpush {

// Follows whether an endpoint takes what it is sent, and says which failures are worth a line in
// the log: the first, then one every kRepeat. An endpoint that is away for a day would else write
// thousands.
class Outage {
 public:
  static constexpr std::chrono::minutes kRepeat{10};

  struct Summary {
    std::chrono::seconds duration;  // from the first failure on
    int failures = 0;
  };

  // A try failed. True if it should be logged.
  bool failed(BootTime now);

  // A try went through: what was suffered before it, if anything.
  std::optional<Summary> ended(BootTime now);

 private:
  int failures_ = 0;
  BootTime began_;
  BootTime logged_;
};

}  // namespace bpfpush
