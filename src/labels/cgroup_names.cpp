#include "labels/cgroup_names.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "labels/matching_cgroups.hpp"

namespace bpfpush {

const std::string& CgroupNames::path(std::uint64_t id) {
  return names_.use(id, [&](std::string& path) {
    if (path.empty() || !is_at(path, id)) path = find(id);
  });
}

void CgroupNames::begin_collection() {
  names_.begin_collection();
  mounts_.reset();
  walked_.reset();
}

bool CgroupNames::is_at(const std::string& path, std::uint64_t id) const {
  const auto inode = filesystem_.inode_of(path);
  return inode && *inode == id;
}

std::string CgroupNames::find(std::uint64_t id) {
  bool is_refused = false;
  for (const CgroupMount& mount : mounts()) {
    auto path = filesystem_.path_of_cgroup(mount.path, id);
    // A cgroup outside what is mounted here has a path, but not one that leads to it.
    if (path && is_at(*path, id)) return std::move(*path);
    if (!path && path.error() != system_error(ESTALE, "")) is_refused = true;
  }
  if (!is_refused) return {};
  const auto found = walked().find(id);
  return found == walked().end() ? "" : found->second;
}

const std::vector<CgroupMount>& CgroupNames::mounts() {
  if (mounts_) return *mounts_;
  const auto mountinfo = filesystem_.read_file("/proc/self/mountinfo");
  mounts_ = cgroup_mounts(mountinfo ? *mountinfo : "");
  return *mounts_;
}

const CgroupNames::Paths& CgroupNames::walked() {
  if (walked_) return *walked_;
  walked_.emplace();
  for (const CgroupMount& mount : mounts()) walk_cgroups(filesystem_, mount.path, *walked_);
  return *walked_;
}

}  // namespace bpfpush
