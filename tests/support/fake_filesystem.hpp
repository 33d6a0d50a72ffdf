#pragma once

#include <cerrno>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "env/filesystem.hpp"

namespace bpfpush {

// Files, links and directories that a test makes up. What is not there is ENOENT. It counts what it
// is asked.
class FakeFilesystem final : public Filesystem {
 public:
  Result<std::string> read_file(const std::string& path) const override {
    reads[path] += 1;
    return at(files, path);
  }
  Result<std::string> read_private_file(const std::string& path) const override {
    if (world_readable.contains(path)) return Error(Errc::kInvalidConfig, path);
    return read_file(path);
  }
  Result<void> read_lines(const std::string& path,
                          const std::function<void(std::string_view)>& take) const override {
    const Result<std::string> text = read_file(path);
    if (!text) return text.error();
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) take(line);
    return {};
  }
  Result<std::string> read_link(const std::string& path) const override { return at(links, path); }
  // The directories directly below.
  Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) const override {
    lists[path] += 1;
    const auto own = at(directories, path);
    if (!own) return own.error();
    std::vector<DirectoryEntry> entries;
    for (const auto& [other, inode] : directories) {
      const std::size_t slash = other.rfind('/');
      if (slash != path.size() || !other.starts_with(path)) continue;
      entries.push_back({other.substr(slash + 1), inode, true});
    }
    return entries;
  }
  Result<std::uint64_t> inode_of(const std::string& path) const override {
    return at(directories, path);
  }
  Result<FileDescriptor> open_directory(const std::string& path) const override {
    return system_error(ENOENT, path);
  }
  Result<std::string> path_of_cgroup(const std::string& mount, std::uint64_t inode) const override {
    handles[inode] += 1;
    if (!permits_handles) return system_error(EPERM, mount);
    for (const auto& [path, other] : directories) {
      if (other == inode && (path == mount || path.starts_with(mount + "/"))) return path;
    }
    return system_error(ESTALE, mount);
  }

  std::map<std::string, std::string> files;
  std::set<std::string> world_readable;  // of the files
  std::map<std::string, std::string> links;
  std::map<std::string, std::uint64_t> directories;  // and their inodes
  bool permits_handles = false;

  mutable std::map<std::string, int> reads;      // of files
  mutable std::map<std::string, int> lists;      // of directories
  mutable std::map<std::uint64_t, int> handles;  // by inode

 private:
  template <typename Value>
  static Result<Value> at(const std::map<std::string, Value>& all, const std::string& path) {
    const auto found = all.find(path);
    if (found == all.end()) return system_error(ENOENT, path);
    return found->second;
  }
};

}  // namespace bpfpush
