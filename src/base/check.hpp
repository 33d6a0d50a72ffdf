#pragma once

namespace bpfpush {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace bpfpush

// A programmer's error stops the process, in release builds too. What the outside can cause is a
// Result, never a CHECK.
#define CHECK(condition) \
  (static_cast<bool>(condition) ? void() : ::bpfpush::check_failed(#condition, __FILE__, __LINE__))
