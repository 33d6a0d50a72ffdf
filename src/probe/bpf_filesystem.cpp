#include "probe/bpf_filesystem.hpp"

#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace bpfpush {
namespace {

namespace fs = std::filesystem;

constexpr char kUsualMount[] = "/sys/fs/bpf";

bool is_on_bpf_filesystem(const fs::path& path) {
  struct statfs status{};
  return ::statfs(path.c_str(), &status) == 0 &&
         static_cast<unsigned long>(status.f_type) == BPF_FS_MAGIC;
}

// What of a path there is: itself, or a directory above it.
fs::path existing_part(fs::path path) {
  std::error_code error;
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

bool is_below_usual_mount(const fs::path& path) {
  const auto [end, rest] = std::mismatch(kUsualMount, kUsualMount + sizeof kUsualMount - 1,
                                         path.native().begin(), path.native().end());
  return *end == '\0' && (rest == path.native().end() || *rest == '/');
}

Result<void> make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return system_error(error.value(), path.string());
  return {};
}

Result<void> mount_at(const fs::path& path) {
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (::mount("bpf", path.c_str(), "bpf", kFlags, "mode=0700") == 0) return {};
  return Error(Errc::kUnsupported, last_system_error("mounting a BPF file system").message() +
                                       "; have `mount -t bpf bpf " + path.string() +
                                       "` done at boot, or run with CAP_SYS_ADMIN");
}

}  // namespace

Result<void> make_pin_directory(const std::string& directory) {
  const fs::path path(directory);
  if (!is_on_bpf_filesystem(existing_part(path))) {
    const fs::path mount = is_below_usual_mount(path) ? fs::path(kUsualMount) : path;
    Result<void> mounted = make_directories(mount);
    if (mounted) mounted = mount_at(mount);
    if (!mounted) return mounted;
  }
  return make_directories(path);
}

bool is_pin_directory(const std::string& directory) {
  std::error_code error;
  return fs::is_directory(directory, error) && is_on_bpf_filesystem(directory);
}

}  // namespace bpfpush
