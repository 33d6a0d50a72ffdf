#include "agent/cgroups.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "labels/cgroup_mounts.hpp"

namespace bpfpush {
namespace {

// The inode of the host's own namespace, on every kernel (PROC_CGROUP_INIT_INO).
constexpr std::string_view kHostNamespace = "cgroup:[4026531835]";

// "/a//b/" is "/a/b".
std::string normal(const std::string& path) {
  std::string name = ("/" / std::filesystem::path(path)).lexically_normal().string();
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

bool is_within(const std::string& path, const CgroupMount& mount) {
  return path == mount.path || path.starts_with(mount.path + "/");
}

// "/sys/fs/cgroup/a/b" is "/a/b".
std::string name_in_hierarchy(std::string path, const std::vector<CgroupMount>& mounts) {
  std::size_t prefix = 0;
  for (const CgroupMount& mount : mounts) {
    if (is_within(path, mount)) prefix = std::max(prefix, mount.path.size());
  }
  path.erase(0, prefix);
  return path == "/" ? "" : path;
}

// Finds a cgroup in a hierarchy, wherever parts of that are mounted: a sidecar may see its own
// cgroup in one place and the host's in another.
class CgroupSearch {
 public:
  CgroupSearch(const std::string& path, const Filesystem& filesystem)
      : path_(normal(path)), filesystem_(filesystem) {
    const auto own = filesystem.read_link("/proc/self/ns/cgroup");
    sees_root_ = !own || *own == kHostNamespace;
    const auto mountinfo = filesystem.read_file("/proc/self/mountinfo");
    mounts_ = cgroup_mounts(mountinfo ? *mountinfo : "");
    name_ = name_in_hierarchy(path_, mounts_);
  }

  template <typename IsOfHierarchy>
  bool is_mounted(IsOfHierarchy is_of) const {
    return std::any_of(mounts_.begin(), mounts_.end(), is_of);
  }

  // In the hierarchy whose mounts these are: where the path itself leads, else by its name.
  template <typename IsOfHierarchy>
  Result<CgroupPlace> find(IsOfHierarchy is_of) const {
    std::vector<CgroupMount> mounts;
    std::copy_if(mounts_.begin(), mounts_.end(), std::back_inserter(mounts), is_of);
    if (mounts.empty()) return Error(Errc::kNotFound, "cgroup v2 is not mounted");
    for (const CgroupMount& mount : mounts) {
      if (!is_within(path_, mount)) continue;
      const auto place = at(mount, path_.substr(mount.path.size()));
      if (place) return place;
    }
    for (const CgroupMount& mount : mounts) {
      const auto place = at(mount, name_);
      if (place) return place;
    }
    return at(mounts.front(), name_);
  }

 private:
  Result<CgroupPlace> at(const CgroupMount& mount, const std::string& name) const {
    const std::string folder = mount.path + name;
    const auto inode = filesystem_.inode_of(folder);
    if (!inode) return Error(Errc::kNotFound, "there is no cgroup " + folder);
    // In a namespace the kernel tells `root` from where that begins, wherever that is.
    if (!sees_root_) return CgroupPlace{*inode, std::nullopt};
    const std::string whole = (mount.root == "/" ? "" : mount.root) + name;
    const auto level = std::count(whole.begin(), whole.end(), '/');
    return CgroupPlace{*inode, static_cast<std::uint32_t>(level)};
  }

  std::string path_;
  std::string name_;
  const Filesystem& filesystem_;
  bool sees_root_ = true;
  std::vector<CgroupMount> mounts_;
};

}  // namespace

CgroupFilter find_cgroup(const std::string& path, const Filesystem& filesystem) {
  const CgroupSearch search(path, filesystem);
  const auto is_v2 = [](const CgroupMount& mount) { return mount.is_v2; };
  const auto is_io = [](const CgroupMount& mount) {
    return !mount.is_v2 && mount.has_option("blkio");
  };
  return {search.find(is_v2), search.is_mounted(is_io) ? search.find(is_io) : search.find(is_v2)};
}

}  // namespace bpfpush
