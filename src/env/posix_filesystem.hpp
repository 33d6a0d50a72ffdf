#pragma once

#include "env/filesystem.hpp"

namespace bpfpush {

class PosixFilesystem final : public Filesystem {
 public:
  Result<std::string> read_file(const std::string& path) const override;
  Result<std::string> read_private_file(const std::string& path) const override;
  Result<void> read_lines(const std::string& path,
                          const std::function<void(std::string_view)>& take) const override;
  Result<std::string> read_link(const std::string& path) const override;
  Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) const override;
  Result<FileDescriptor> open_directory(const std::string& path) const override;
  Result<std::uint64_t> inode_of(const std::string& path) const override;
  Result<std::string> path_of_cgroup(const std::string& mount, std::uint64_t inode) const override;
};

}  // namespace bpfpush
