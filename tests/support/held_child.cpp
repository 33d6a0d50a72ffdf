#include "support/held_child.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace bpfpush {

HeldChild::HeldChild(const std::function<void()>& work) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, 0), 0);
  FileDescriptor wait(ends[0]);
  start_ = FileDescriptor(ends[1]);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  start_ = FileDescriptor();
  char go = 0;
  if (::read(wait.get(), &go, 1) != 1) ::_exit(1);
  work();
  ::_exit(0);
}

HeldChild::~HeldChild() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

void HeldChild::run() {
  EXPECT_EQ(::write(start_.get(), "", 1), 1);
}

int HeldChild::wait() {
  int status = 0;
  EXPECT_EQ(::waitpid(std::exchange(pid_, -1), &status, 0) > 0, true);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace bpfpush
