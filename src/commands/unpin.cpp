#include <cstdio>
#include <filesystem>
#include <string>

#include "commands/commands.hpp"
#include "commands/pins.hpp"
#include "commands/setup.hpp"
#include "env/directory_lock.hpp"
#include "env/posix_filesystem.hpp"
#include "probe/bpf_filesystem.hpp"

namespace bpfpush {

int unpin(const UnpinCommand& command) {
  const PosixFilesystem filesystem;
  std::string path = command.directory;
  if (path.empty()) {
    const auto configured = pin_path_of(command.config_file, filesystem);
    if (!configured) return fail(configured.error());
    path = *configured;
  }
  if (!is_pin_directory(path)) {
    std::printf("nothing is pinned in %s\n", path.c_str());
    return kExitOk;
  }
  const auto lock = lock_directory(path);
  if (!lock) return fail({lock.error().code, lock.error().message() + "; stop it first"});
  const PinDirectory pins(path);
  for (const std::string& name : pins.names()) {
    const PinnedObject object = pins.object(name);
    const std::string parts = describe(object.parts());
    const Result<void> removed = object.remove();
    if (!removed) return fail(removed.error());
    std::printf("removed %s: %s\n", PinDirectory::object_of(name).c_str(), parts.c_str());
  }
  const Result<void> cleared = pins.keep_only({});  // what was half made, or half removed
  if (!cleared) return fail(cleared.error());
  std::error_code kept;  // it holds something else, or a file system is mounted there
  std::filesystem::remove(path, kept);
  return kExitOk;
}

}  // namespace bpfpush
