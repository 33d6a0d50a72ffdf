#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace bpfpush {

// One column of a stretch: for each parity record by what it multiplies the bytes that may be
// wrong, and what it says their sum is off by.
struct ColumnEquation {
  std::vector<std::uint8_t> coefficients;
  std::uint8_t difference = 0;
};

// A byte that is wrong, and what is to be added to it.
struct ColumnError {
  std::size_t index = 0;  // among the coefficients
  std::uint8_t value = 0;

  friend bool operator==(const ColumnError&, const ColumnError&) = default;
};

// The errors that follow from the equations whichever of the bytes are wrong. Where those are not
// all and `may_guess`: one or two that explain the equations, if no others so few do as well.
std::vector<ColumnError> find_errors(const std::vector<ColumnEquation>& equations, bool may_guess);

}  // namespace bpfpush
