#include "labels/matching_cgroups.hpp"

#include <algorithm>
#include <utility>

#include "labels/cgroup_mounts.hpp"
#include "labels/decode_regexp.hpp"

namespace bpfpush {

void walk_cgroups(const Filesystem& filesystem, const std::string& mount,
                  std::unordered_map<std::uint64_t, std::string>& paths) {
  const auto root = filesystem.inode_of(mount);
  if (root) paths.emplace(*root, mount);
  std::vector<std::string> below = {mount};
  while (!below.empty()) {
    const std::string directory = std::move(below.back());
    below.pop_back();
    const auto entries = filesystem.list_directory(directory);
    if (!entries) continue;  // gone meanwhile
    for (const DirectoryEntry& entry : *entries) {
      if (!entry.is_directory) continue;
      below.push_back(directory + "/" + entry.name);
      paths.emplace(entry.inode, below.back());
    }
  }
}

Result<MatchingCgroups> MatchingCgroups::create(const std::vector<std::string>& regexps,
                                                const Filesystem& filesystem) {
  auto matches = make_matcher(regexps);
  if (!matches) return matches.error();
  return MatchingCgroups(std::move(*matches), filesystem);
}

std::map<std::uint64_t, std::string> MatchingCgroups::find() const {
  const auto mountinfo = filesystem_->read_file("/proc/self/mountinfo");
  auto mounts = cgroup_mounts(mountinfo ? *mountinfo : "");
  const auto is_v2 = [](const CgroupMount& mount) { return mount.is_v2; };
  if (std::any_of(mounts.begin(), mounts.end(), is_v2)) std::erase_if(mounts, std::not_fn(is_v2));
  std::unordered_map<std::uint64_t, std::string> paths;
  for (const CgroupMount& mount : mounts) walk_cgroups(*filesystem_, mount.path, paths);
  std::map<std::uint64_t, std::string> matching;
  for (const auto& [id, path] : paths) {
    if (matches_(path)) matching.emplace(id, path);
  }
  return matching;
}

}  // namespace bpfpush
