#include "labels/cgroup_names.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bpfpush {
namespace {

// Takes the next word off `line`.
std::string_view next_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// The kernel writes spaces, tabs, newlines and backslashes of a path as "\040".
std::string unescaped(std::string_view text) {
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 3);
    if (text[i] == '\\' && digits.size() == 3 &&
        std::all_of(digits.begin(), digits.end(), is_octal)) {
      path += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0');
      i += 3;
    } else {
      path += text[i];
    }
  }
  return path;
}

struct Mount {
  std::string type;
  std::string path;
};

// "31 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw": proc(5)
Mount parse_mount(std::string_view line) {
  for (int i = 0; i < 4; ++i) next_word(line);
  std::string path = unescaped(next_word(line));
  while (!line.empty() && next_word(line) != "-") continue;
  return {std::string(next_word(line)), std::move(path)};
}

}  // namespace

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
  for (const std::string& mount : mounts()) {
    auto path = filesystem_.path_of_cgroup(mount, id);
    // A cgroup outside what is mounted here has a path, but not one that leads to it.
    if (path && is_at(*path, id)) return std::move(*path);
    if (!path && path.error() != system_error(ESTALE, "")) is_refused = true;
  }
  if (!is_refused) return {};
  const auto found = walked().find(id);
  return found == walked().end() ? "" : found->second;
}

const std::vector<std::string>& CgroupNames::mounts() {
  if (mounts_) return *mounts_;
  const auto mountinfo = filesystem_.read_file("/proc/self/mountinfo");
  mounts_ = cgroup_mounts(mountinfo ? *mountinfo : "");
  return *mounts_;
}

const CgroupNames::Paths& CgroupNames::walked() {
  if (walked_) return *walked_;
  walked_.emplace();
  for (const std::string& mount : mounts()) {
    const auto root = filesystem_.inode_of(mount);
    if (root) walked_->emplace(*root, mount);
    std::vector<std::string> below = {mount};
    while (!below.empty()) {
      const std::string directory = std::move(below.back());
      below.pop_back();
      const auto entries = filesystem_.list_directory(directory);
      if (!entries) continue;  // gone meanwhile
      for (const DirectoryEntry& entry : *entries) {
        if (!entry.is_directory) continue;
        below.push_back(directory + "/" + entry.name);
        walked_->emplace(entry.inode, below.back());
      }
    }
  }
  return *walked_;
}

std::vector<std::string> cgroup_mounts(std::string_view mountinfo) {
  std::vector<std::string> first, second;  // of version 2, of version 1
  while (!mountinfo.empty()) {
    const std::string_view line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    Mount mount = parse_mount(line);
    if (mount.type == "cgroup2") first.push_back(std::move(mount.path));
    if (mount.type == "cgroup") second.push_back(std::move(mount.path));
  }
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace bpfpush
