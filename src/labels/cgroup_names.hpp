#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "env/filesystem.hpp"
#include "labels/cgroup_mounts.hpp"
#include "labels/used_names.hpp"

namespace bpfpush {

// The paths of cgroups by id: the inode of their directory, what bpf_get_current_cgroup_id() gives.
//
// Every cgroup mount is looked at, those of version 2 first: hierarchies number their cgroups each
// on its own, and the BPF helpers speak of version 2.
//
// A name that is known costs one stat() per collection, which sees that the cgroup was renamed or
// is gone. One that is not known is asked of the kernel by file handle, some microseconds for each
// mount however many cgroups there are; that takes CAP_DAC_READ_SEARCH. Without it all mounts are
// walked, once per collection at most and only while an id without a name is in use: a tenth of a
// second for 10,000 cgroups. A table kept up to date by walking would cost that always, and one
// kept by fanotify needs kernel 6.6 and CAP_SYS_ADMIN.
class CgroupNames {
 public:
  explicit CgroupNames(const Filesystem& filesystem) : filesystem_(filesystem) {}

  // "/sys/fs/cgroup/system.slice/ssh.service"; "" where no mount has such a cgroup (any more).
  const std::string& path(std::uint64_t id);

  // Called before each collection: names are looked at again, those not asked for are forgotten.
  void begin_collection();

 private:
  using Paths = std::unordered_map<std::uint64_t, std::string>;

  bool is_at(const std::string& path, std::uint64_t id) const;
  std::string find(std::uint64_t id);
  const std::vector<CgroupMount>& mounts();
  const Paths& walked();

  const Filesystem& filesystem_;
  UsedNames names_;
  std::optional<std::vector<CgroupMount>> mounts_;  // both of this collection
  std::optional<Paths> walked_;
};

}  // namespace bpfpush
