#include "env/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace bpfpush {

Result<FileDescriptor> lock_directory(const std::string& path) {
  FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return last_system_error(path);
  if (::flock(directory.get(), LOCK_EX | LOCK_NB) == 0) return directory;
  if (errno != EWOULDBLOCK) return last_system_error(path);
  return Error(Errc::kUnavailable, path + " is used by another bpfpush");
}

}  // namespace bpfpush
