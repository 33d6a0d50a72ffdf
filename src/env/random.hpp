#pragma once

namespace bpfpush {

// The one source of chance, so that a seed can replay a run.
class Random {
 public:
  virtual ~Random() = default;

  // Uniform in [0, 1).
  virtual double uniform() = 0;
};

}  // namespace bpfpush
