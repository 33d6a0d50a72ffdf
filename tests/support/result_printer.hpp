#pragma once

#include <ostream>

#include "base/result.hpp"

namespace bpfpush {

// How GoogleTest shows a Result. Boost's own operator<< wants every value to be printable.
template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  *out << (result ? "a value" : "error: " + result.error().message());
}

}  // namespace bpfpush
