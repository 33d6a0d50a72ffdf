#pragma once

#include <optional>

#include "base/result.hpp"

namespace bpfpush {

// What a parser read, or nothing where it refused: something that a failed test can print.
template <typename T>
std::optional<T> value_of(const Result<T>& result) {
  if (!result) return std::nullopt;
  return *result;
}

}  // namespace bpfpush
