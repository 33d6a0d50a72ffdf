#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "env/file_descriptor.hpp"

namespace bpfpush {

// What stands in a directory, "." and ".." left out.
struct DirectoryEntry {
  std::string name;
  std::uint64_t inode = 0;
  bool is_directory = false;
};

// The files this process reads outside its spool: /proc and /sys for names, secrets that endpoints
// name. Reads are of small files that never block for long, so they are plain calls.
class Filesystem {
 public:
  virtual ~Filesystem() = default;

  // The whole file, which must not be larger than 16 MiB.
  virtual Result<std::string> read_file(const std::string& path) const = 0;
  // The same of a file that holds a secret: kInvalidConfig if every user may read it, and EINVAL if
  // it is no regular file, which could make the reader wait.
  virtual Result<std::string> read_private_file(const std::string& path) const = 0;
  // Calls `take` with each line, without its newline, of a file of any size.
  virtual Result<void> read_lines(const std::string& path,
                                  const std::function<void(std::string_view)>& take) const = 0;
  // The text a symbolic link holds, not followed.
  virtual Result<std::string> read_link(const std::string& path) const = 0;
  virtual Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) const = 0;
  virtual Result<std::uint64_t> inode_of(const std::string& path) const = 0;
  // A descriptor that stands for a directory.
  virtual Result<FileDescriptor> open_directory(const std::string& path) const = 0;
  // The path of the directory that has this inode in the cgroup file system mounted at `mount`,
  // found without walking it: the kernel takes the inode, which is the cgroup's id, for a file
  // handle (kernel 5.5, FILEID_KERNFS). ESTALE if there is none; EPERM without
  // CAP_DAC_READ_SEARCH.
  virtual Result<std::string> path_of_cgroup(const std::string& mount,
                                             std::uint64_t inode) const = 0;
};

}  // namespace bpfpush
