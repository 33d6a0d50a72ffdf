#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "env/file_descriptor.hpp"

namespace bpfpush {

struct ProcessOptions {
  std::vector<std::string> command;  // the program (looked up in PATH) and its arguments
  std::filesystem::path output;      // stdout goes to OUTPUT.out, stderr to OUTPUT.err, appended
  std::vector<std::pair<std::string, std::string>> environment;  // besides ours
};

// A program that this test runs. It cannot outlive the test: the destructor asks it to end and then
// makes it, and the kernel kills it if the test dies first.
class Process {
 public:
  static Result<Process> start(const ProcessOptions& options);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  pid_t pid() const { return pid_; }

  void kill(int signal);

  // The exit code, or 128 + the signal that ended it, as a shell says it; nothing if it still runs
  // after `timeout`.
  std::optional<int> wait(std::chrono::milliseconds timeout);
  bool running() { return !wait(std::chrono::milliseconds::zero()); }

  // What it has written so far.
  std::string output() const;
  std::string errors() const;

  // VmRSS of /proc/PID/status; 0 once it has ended.
  std::size_t resident_bytes() const;

 private:
  Process(pid_t pid, FileDescriptor pidfd, std::filesystem::path output);

  pid_t pid_ = -1;  // -1: moved from
  FileDescriptor pidfd_;
  std::filesystem::path output_;
  std::optional<int> exit_code_;
};

}  // namespace bpfpush
