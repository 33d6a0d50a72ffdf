#pragma once

#include <chrono>

#include "env/clock.hpp"

namespace bpfpush {

// When a request that is answered 5xx again and again is to be looked into, for it may be the
// request and not the receiver: after `tries` of it over at least `span`. Where that was so once,
// the next such request is looked into at its first failure, until a snapshot goes through whole.
class Patience {
 public:
  struct Options {
    int tries = 8;
    std::chrono::nanoseconds span = std::chrono::minutes(5);
  };

  explicit Patience(Options options) : options_(options) {}

  // The request at hand failed. True if it is to be looked into.
  bool ends(BootTime now) {
    if (tries_ == 0) first_ = now;
    tries_ += 1;
    return warned_ || (tries_ >= options_.tries && now - first_ >= options_.span);
  }

  // Another request is at hand.
  void renew() { tries_ = 0; }

  // A snapshot is through; something of it had to be given up, or nothing.
  void learn(bool gave_up) { warned_ = gave_up; }

 private:
  Options options_;
  int tries_ = 0;
  BootTime first_;
  bool warned_ = false;
};

}  // namespace bpfpush
