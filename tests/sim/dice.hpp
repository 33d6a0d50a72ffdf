#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "env/random.hpp"

namespace bpfpush::sim {

// All chance of one world, so that its seed replays it.
class Dice final : public Random {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // The top 53 bits: the library's distributions differ from one library to another.
  double uniform() override { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  bool chance(double probability) { return uniform() < probability; }
  std::uint64_t below(std::uint64_t end) { return engine_() % end; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  std::chrono::nanoseconds between(std::chrono::nanoseconds low, std::chrono::nanoseconds high) {
    return low +
           std::chrono::nanoseconds(below(static_cast<std::uint64_t>((high - low).count()) + 1));
  }
  // Mostly short, sometimes long: up to about seven times the mean.
  std::chrono::nanoseconds about(std::chrono::nanoseconds mean);

 private:
  std::mt19937_64 engine_;
};

}  // namespace bpfpush::sim
