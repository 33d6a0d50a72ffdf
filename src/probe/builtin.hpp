#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace bpfpush {

// A BPF object that this binary carries.
struct BuiltinProgram {
  std::string_view name;
  std::string_view measures;  // one line: the question it answers
  std::span<const std::byte> object;
};

// All of them, by name. They live for ever.
std::span<const BuiltinProgram> builtin_programs();

// Null if there is none of that name.
const BuiltinProgram* find_builtin_program(std::string_view name);

}  // namespace bpfpush
