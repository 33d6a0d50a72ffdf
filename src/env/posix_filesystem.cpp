#include "env/posix_filesystem.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <memory>

#include "env/file_descriptor.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kFileBytesMax = 16 << 20;

// Calls `take` with each chunk of the file, until that returns an error.
template <typename Take>
Result<void> read_chunks(const FileDescriptor& file, const std::string& path, Take take) {
  if (!file) return last_system_error(path);
  for (;;) {
    char chunk[16384];
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_system_error(path);
    if (got == 0) return {};
    const Result<void> taken = take(std::string_view(chunk, static_cast<std::size_t>(got)));
    if (!taken) return taken;
  }
}

FileDescriptor open_to_read(const std::string& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

Result<std::string> read_whole(const FileDescriptor& file, const std::string& path) {
  std::string text;
  const auto append = [&](std::string_view chunk) -> Result<void> {
    text += chunk;
    if (text.size() > kFileBytesMax) return Error(Errc::kTooLarge, path + " is larger than 16 MiB");
    return {};
  };
  const Result<void> read = read_chunks(file, path, append);
  if (!read) return read.error();
  return text;
}

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// A file handle as kernfs makes them: eight bytes, the inode.
struct KernfsHandle {
  file_handle head;
  std::uint64_t inode;
};
constexpr int kFileIdKernfs = 0xfe;  // FILEID_KERNFS of linux/exportfs.h

}  // namespace

Result<std::string> PosixFilesystem::read_file(const std::string& path) const {
  return read_whole(open_to_read(path), path);
}

Result<std::string> PosixFilesystem::read_private_file(const std::string& path) const {
  // The file that was opened is the one that is looked at; opening a pipe would wait for a writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) return last_system_error(path);
  if (!S_ISREG(status.st_mode)) return system_error(EINVAL, path);
  if ((status.st_mode & S_IROTH) != 0) {
    return Error(Errc::kInvalidConfig, path + " may be read by every user");
  }
  return read_whole(file, path);
}

Result<void> PosixFilesystem::read_lines(const std::string& path,
                                         const std::function<void(std::string_view)>& take) const {
  std::string rest;  // a line that goes on in the next chunk
  const auto split = [&](std::string_view chunk) -> Result<void> {
    for (std::size_t end; (end = chunk.find('\n')) != chunk.npos; chunk.remove_prefix(end + 1)) {
      if (rest.empty()) {
        take(chunk.substr(0, end));
      } else {
        take(rest.append(chunk.substr(0, end)));
        rest.clear();
      }
    }
    rest += chunk;
    return {};
  };
  const Result<void> read = read_chunks(open_to_read(path), path, split);
  if (read && !rest.empty()) take(rest);
  return read;
}

Result<std::string> PosixFilesystem::read_link(const std::string& path) const {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  if (size < 0) return last_system_error(path);
  return std::string(target, static_cast<std::size_t>(size));
}

Result<std::vector<DirectoryEntry>> PosixFilesystem::list_directory(const std::string& path) const {
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(path.c_str()));
  if (!directory) return last_system_error(path);
  std::vector<DirectoryEntry> entries;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    entries.push_back({std::string(name), entry->d_ino, entry->d_type == DT_DIR});
  }
  return entries;
}

Result<FileDescriptor> PosixFilesystem::open_directory(const std::string& path) const {
  FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return last_system_error(path);
  return directory;
}

Result<std::uint64_t> PosixFilesystem::inode_of(const std::string& path) const {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return last_system_error(path);
  return static_cast<std::uint64_t>(status.st_ino);
}

Result<std::string> PosixFilesystem::path_of_cgroup(const std::string& mount,
                                                    std::uint64_t inode) const {
  const FileDescriptor root(::open(mount.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return last_system_error(mount);
  KernfsHandle handle{{sizeof inode, kFileIdKernfs}, inode};
  static_assert(offsetof(KernfsHandle, inode) == sizeof(file_handle));
  const FileDescriptor directory(
      ::open_by_handle_at(root.get(), &handle.head, O_PATH | O_DIRECTORY | O_CLOEXEC));
  // The files of cgroups have inodes too, and are no cgroups.
  if (!directory && errno == ENOTDIR) return system_error(ESTALE, mount);
  if (!directory) return last_system_error(mount);
  return read_link("/proc/self/fd/" + std::to_string(directory.get()));
}

}  // namespace bpfpush
