#include "agent/cgroups.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "labels/cgroup_mounts.hpp"

namespace bpfpush {
namespace {

// The inode of the host's own namespace, on every kernel (PROC_CGROUP_INIT_INO).
constexpr std::string_view kHostNamespace = "cgroup:[4026531835]";

// "/a//b/" and "/sys/fs/cgroup/a/b" are "/a/b".
std::string name_in_hierarchy(const std::string& path, const std::vector<CgroupMount>& mounts) {
  std::string name = ("/" / std::filesystem::path(path)).lexically_normal().string();
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  std::size_t prefix = 0;
  for (const CgroupMount& mount : mounts) {
    const bool within = name == mount.path || name.starts_with(mount.path + "/");
    if (within) prefix = std::max(prefix, mount.path.size());
  }
  name.erase(0, prefix);
  return name == "/" ? "" : name;
}

Result<CgroupPlace> find_in(const CgroupMount& mount, const std::string& name,
                            const Filesystem& filesystem) {
  const std::string folder = mount.path + name;
  const auto inode = filesystem.inode_of(folder);
  if (!inode) return Error(Errc::kNotFound, "there is no cgroup " + folder);
  const std::string whole = (mount.root == "/" ? "" : mount.root) + name;
  const auto level = std::count(whole.begin(), whole.end(), '/');
  return CgroupPlace{*inode, static_cast<std::uint32_t>(level)};
}

}  // namespace

CgroupFilter find_cgroup(const std::string& path, const Filesystem& filesystem) {
  const auto own = filesystem.read_link("/proc/self/ns/cgroup");
  if (own && *own != kHostNamespace) {
    const Error error(Errc::kUnsupported,
                      "this process is in a cgroup namespace of its own, where " + path +
                          " is not what the kernel knows by that name");
    return {error, error};
  }
  const auto mountinfo = filesystem.read_file("/proc/self/mountinfo");
  const auto mounts = cgroup_mounts(mountinfo ? *mountinfo : "");
  const std::string name = name_in_hierarchy(path, mounts);
  const auto v2 = std::find_if(mounts.begin(), mounts.end(),
                               [](const CgroupMount& mount) { return mount.is_v2; });
  const auto v1 = std::find_if(mounts.begin(), mounts.end(), [](const CgroupMount& mount) {
    return !mount.is_v2 && mount.has_option("blkio");
  });
  const auto find = [&](auto mount) -> Result<CgroupPlace> {
    if (mount != mounts.end()) return find_in(*mount, name, filesystem);
    return Error(Errc::kNotFound, "cgroup v2 is not mounted");
  };
  return {find(v2), find(v1 == mounts.end() ? v2 : v1)};
}

}  // namespace bpfpush
