#pragma once

#include <cstdint>
#include <string>

namespace bpfpush {

// How far long work has come, on stderr: a bar where that is a terminal, else a line at every
// tenth.
class Progress {
 public:
  // `what` is counted, as in "bytes", and there are `all` of it; nothing is shown of 0.
  Progress(std::string what, std::uint64_t all);
  ~Progress();  // takes the bar away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::uint64_t done);

 private:
  std::string what_;
  std::uint64_t all_;
  std::uint64_t percent_ = 0;  // that was shown last
  bool is_terminal_;
};

}  // namespace bpfpush
