#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bpfpush {

// Which bucket a value belongs to, in integers of any size: nothing is rounded, and nothing is
// shared with what it checks.
class ExactBuckets {
 public:
  // `bounds` in the exported unit; `ratio` measured units make one.
  ExactBuckets(std::span<const double> bounds, std::uint64_t ratio);

  // The first bucket whose bound is not less than `value`; else the last, +Inf.
  std::size_t bucket_of(std::uint64_t value) const;

  // 0, the largest value, and each bound and its neighbours: where mistakes are made.
  std::vector<std::uint64_t> edges() const;

 private:
  std::vector<boost::multiprecision::cpp_int> bounds_;  // in measured units, rounded down
};

}  // namespace bpfpush
