#pragma once

#include <cstddef>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "env/file_descriptor.hpp"

namespace bpfpush {

// A little block I/O for the demonstration to measure: writes, reads and flushes of a temporary
// file that has no name, so that it is gone whatever happens. Its own thread, since disks block.
// Bounded: 16 MiB on disk, about 100 requests a second.
class DemoLoad {
 public:
  // Makes the file in `directory`.
  static Result<DemoLoad> create(const std::string& directory);

  // Begins; destroying this ends it.
  void start();

 private:
  explicit DemoLoad(FileDescriptor file);

  FileDescriptor file_;
  std::jthread thread_;  // after the file, so that it ends first
};

}  // namespace bpfpush
