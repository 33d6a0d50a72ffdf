#pragma once

#include <string>

#include "base/result.hpp"
#include "env/file_descriptor.hpp"

namespace bpfpush {

// Takes a directory, which must be there, for this process alone, until the descriptor is closed or
// the process ends, however it ends. Nothing is written: the directory itself is locked.
// kUnavailable if another process has it.
Result<FileDescriptor> lock_directory(const std::string& path);

}  // namespace bpfpush
