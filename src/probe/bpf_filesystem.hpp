#pragma once

#include <string>

#include "base/result.hpp"

namespace bpfpush {

// Makes `directory` (an absolute path), where it is not there, on a file system that maps and
// programs can be pinned on. Where no such file system is mounted, one is: at /sys/fs/bpf, if the
// directory is to be below that, else at the directory itself. kUnsupported says what to do where
// that is not permitted.
Result<void> make_pin_directory(const std::string& directory);

// Whether it is there, and on such a file system.
bool is_pin_directory(const std::string& directory);

}  // namespace bpfpush
