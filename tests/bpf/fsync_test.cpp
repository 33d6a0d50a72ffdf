// The program `fsync` on a filesystem of the test's own: each fsync is counted, and no other.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "builtin_run.hpp"
#include "env/file_descriptor.hpp"
#include "support/loop_device.hpp"
#include "support/process.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kDiskBytes = 32 << 20;

// In a child, which mounts the disk of ext4 on `folder` where nobody else sees it: `syncs` times
// fsync, and as many fdatasync.
bool sync_a_file(const std::string& disk, const std::string& folder, int syncs) {
  if (::unshare(CLONE_NEWNS) != 0) return false;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  if (::mount(disk.c_str(), folder.c_str(), "ext4", 0, nullptr) != 0) return false;
  const FileDescriptor file(::open((folder + "/file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  for (int i = 0; i < syncs; ++i) {
    if (::pwrite(file.get(), "x", 1, i) != 1) return false;
    if (::fsync(file.get()) != 0 || ::fdatasync(file.get()) != 0) return false;
  }
  return true;
}

TEST(Fsync, CountsEachOfExt4) {
  REQUIRE_OF_MACHINE(require_bpf());
  REQUIRE_OF_MACHINE(require_program("mkfs.ext4"));
  if (read_file("/proc/filesystems").find("\text4\n") == std::string::npos) {
    GTEST_SKIP() << "this kernel has no ext4";
  }
  const LoopDevice device = LoopDevice::attach(kDiskBytes).value();
  const TemporaryDirectory directory;
  const std::string disk = "/dev/" + device.name();
  Process mkfs =
      Process::start({{"mkfs.ext4", "-q", "-F", disk}, directory.path() / "mkfs", {}}).value();
  ASSERT_EQ(mkfs.wait(std::chrono::seconds(60)), 0) << mkfs.errors();
  BuiltinRun fsync("fsync");
  const pid_t child = ::fork();
  if (child == 0) ::_exit(sync_a_file(disk, directory.path(), 100) ? 0 : 1);
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const BuiltinRun::Totals syncs = fsync.totals("fsync_latency")[device.name() + ",ext4"];
  EXPECT_EQ(syncs.count, 200u);
  EXPECT_GT(syncs.sum, 0u);
  EXPECT_LT(syncs.sum, 200 * 60'000'000'000u) << "a minute each, at most";
}

}  // namespace
}  // namespace bpfpush
