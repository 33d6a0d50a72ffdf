#include "base/number.hpp"

#include <charconv>
#include <cmath>

namespace bpfpush {

std::string format_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // The general format turns to exponents below 1e-4 and from 1e6 on, in C++ as in Go.
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general).ptr;
  return {text, end};
}

}  // namespace bpfpush
