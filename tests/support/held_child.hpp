#pragma once

#include <sys/types.h>

#include <functional>

#include "env/file_descriptor.hpp"

namespace bpfpush {

// A fork of this test that waits for run(), then does `work` and ends. It is killed if the test
// ends first.
class HeldChild {
 public:
  explicit HeldChild(const std::function<void()>& work);
  HeldChild(const HeldChild&) = delete;
  HeldChild& operator=(const HeldChild&) = delete;
  ~HeldChild();

  pid_t pid() const { return pid_; }

  void run();
  // Until it has ended; its exit code, -1 if a signal ended it.
  int wait();

 private:
  FileDescriptor start_;
  pid_t pid_ = -1;
};

}  // namespace bpfpush
