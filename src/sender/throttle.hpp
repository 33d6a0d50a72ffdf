#pragma once

#include <chrono>
#include <map>
#include <string>

#include "env/clock.hpp"

namespace bpfpush {

// Which of many like events are worth a line in the log: the first of each kind, then one of that
// kind every kRepeat.
class Throttle {
 public:
  static constexpr std::chrono::minutes kRepeat{10};

  // `kind` is one of a few dozen. True if it should be logged.
  bool admits(BootTime now, const std::string& kind);
  void forget() { logged_.clear(); }

 private:
  std::map<std::string, BootTime> logged_;  // when, by kind
};

}  // namespace bpfpush
