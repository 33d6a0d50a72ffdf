#pragma once

#include <random>

#include "env/random.hpp"

namespace bpfpush {

// Seeded by the kernel, so that the hosts of a fleet differ.
class SystemRandom final : public Random {
 public:
  SystemRandom() : engine_(std::random_device{}()) {}

  double uniform() override { return std::uniform_real_distribution<>(0, 1)(engine_); }

 private:
  std::minstd_rand engine_;
};

}  // namespace bpfpush
