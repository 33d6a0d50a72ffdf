#include "env/posix_filesystem.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "env/file_descriptor.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kFileBytesMax = 16 << 20;

}  // namespace

Result<std::string> PosixFilesystem::read_file(const std::string& path) const {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return last_system_error(path);
  std::string text;
  for (;;) {
    char chunk[4096];
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_system_error(path);
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > kFileBytesMax) return Error(Errc::kTooLarge, path + " is larger than 16 MiB");
  }
}

Result<std::string> PosixFilesystem::read_link(const std::string& path) const {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  if (size < 0) return last_system_error(path);
  return std::string(target, static_cast<std::size_t>(size));
}

}  // namespace bpfpush
