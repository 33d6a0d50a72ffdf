#include "probe/builtin.hpp"

extern "C" {
// The objects' bytes, embedded by bpf/CMakeLists.txt.
extern const std::byte bpfpush_bio_object[];
extern const std::byte bpfpush_bio_object_end[];
}

namespace bpfpush {

std::span<const BuiltinProgram> builtin_programs() {
  static const BuiltinProgram programs[] = {
      {"bio",
       "block I/O latency and size, by device and operation",
       {bpfpush_bio_object, bpfpush_bio_object_end}},
  };
  return programs;
}

const BuiltinProgram* find_builtin_program(std::string_view name) {
  for (const BuiltinProgram& program : builtin_programs()) {
    if (program.name == name) return &program;
  }
  return nullptr;
}

}  // namespace bpfpush
