#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "env/filesystem.hpp"

namespace bpfpush {

// A stretch of this process's addresses.
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  friend bool operator==(const Mapping&, const Mapping&) = default;
};

// Finds the mappings whose pages are all as they stand in a file, given the lines of
// /proc/PID/smaps one by one (proc_pid_smaps(5)). What the process has changed is left out: the
// kernel could not bring it back.
class CleanMappings {
 public:
  void take(std::string_view line);

  const std::vector<Mapping>& found() const { return found_; }

 private:
  std::vector<Mapping> found_;
  Mapping candidate_;
  bool is_candidate_ = false;
};

// Gives back what this process held only to start: free memory of the heap, and the pages of
// programs and libraries that it has read. A page that is used again is mapped again, mostly from
// the kernel's cache; what is never used again is no longer held. Does nothing without /proc.
void release_resident_memory(const Filesystem& filesystem);

}  // namespace bpfpush
