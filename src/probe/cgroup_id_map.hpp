#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/result.hpp"

namespace bpfpush {

// A BPF map that holds a 1 for each of some cgroups: a hash by cgroup id, or a storage that the
// kernel keeps with the cgroup. Borrows the descriptor.
class CgroupIdMap {
 public:
  enum class Kind { kHash, kStorage };

  // A hash may hold some already, from an earlier run.
  CgroupIdMap(int map_fd, std::string name, Kind kind);

  Kind kind() const { return kind_; }
  const std::set<std::uint64_t>& held() const { return held_; }

  // Takes a cgroup in; kStorage needs a descriptor of its folder.
  Result<void> add(std::uint64_t id, int folder_fd);
  // Takes one out. A storage forgets by itself a cgroup that is gone.
  void remove(std::uint64_t id);

 private:
  int fd_;
  std::string name_;
  Kind kind_;
  std::set<std::uint64_t> held_;
};

}  // namespace bpfpush
