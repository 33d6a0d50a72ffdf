#pragma once

#include "env/random.hpp"

namespace bpfpush {

// No chance at all: always the same number.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(double value) : value_(value) {}

  double uniform() override { return value_; }

 private:
  double value_;
};

}  // namespace bpfpush
