// The program `fsync` on a filesystem of the test's own: each fsync is counted, and no other.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "builtin_run.hpp"
#include "env/file_descriptor.hpp"
#include "support/cgroup.hpp"
#include "support/loop_device.hpp"
#include "support/process.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

class Fsync : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  static bool kernel_has(const std::string& filesystem) {
    return read_file("/proc/filesystems").find("\t" + filesystem + "\n") != std::string::npos;
  }

  // Of sync_files() with a count of 100.
  static void expect_plausible(const BuiltinRun::Totals& syncs) {
    EXPECT_EQ(syncs.count, 202u);
    EXPECT_GT(syncs.sum, 0u);
    EXPECT_LT(syncs.sum, 202 * 60'000'000'000u) << "a minute each, at most";
  }

  // Makes a filesystem on a disk, and calls fsync and fdatasync there, `count` times each, and
  // msync for two files at once, which is two in one call.
  void sync_files(const LoopDevice& device, const std::string& filesystem, int count) const {
    const std::string disk = "/dev/" + device.name();
    const std::string force = filesystem == "xfs" ? "-f" : "-F";
    Process mkfs =
        Process::start({{"mkfs." + filesystem, "-q", force, disk}, directory_.path() / "mkfs", {}})
            .value();
    ASSERT_EQ(mkfs.wait(std::chrono::seconds(60)), 0) << mkfs.errors();
    const pid_t child = ::fork();
    if (child == 0) ::_exit(sync_one(disk, directory_.path(), filesystem, count) ? 0 : 1);
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }

 private:
  // In a child, which mounts the disk where nobody else sees it.
  static bool sync_one(const std::string& disk, const std::string& folder,
                       const std::string& filesystem, int count) {
    if (::unshare(CLONE_NEWNS) != 0) return false;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (::mount(disk.c_str(), folder.c_str(), filesystem.c_str(), 0, nullptr) != 0) return false;
    const FileDescriptor file(::open((folder + "/file").c_str(), O_RDWR | O_CREAT, 0600));
    const FileDescriptor other(::open((folder + "/other").c_str(), O_RDWR | O_CREAT, 0600));
    for (int i = 0; i < count; ++i) {
      if (::pwrite(file.get(), "x", 1, i) != 1) return false;
      if (::fsync(file.get()) != 0 || ::fdatasync(file.get()) != 0) return false;
    }
    return sync_mapped(file.get(), other.get());
  }

  static bool sync_mapped(int file, int other) {
    const auto size = static_cast<std::size_t>(::getpagesize());
    if (::ftruncate(file, ::getpagesize()) != 0) return false;
    if (::ftruncate(other, ::getpagesize()) != 0) return false;
    void* const both = ::mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (both == MAP_FAILED) return false;
    void* const second = static_cast<char*>(both) + size;
    const int flags = MAP_SHARED | MAP_FIXED;
    if (::mmap(second, size, PROT_READ | PROT_WRITE, flags, other, 0) == MAP_FAILED) return false;
    return ::msync(both, 2 * size, MS_SYNC) == 0;
  }

  TemporaryDirectory directory_;
};

TEST_F(Fsync, TimesEachOfExt4) {
  REQUIRE_OF_MACHINE(require_program("mkfs.ext4"));
  if (!kernel_has("ext4")) GTEST_SKIP() << "this kernel has no ext4";
  const LoopDevice device = LoopDevice::attach(32 << 20).value();
  BuiltinRun fsync("fsync");
  sync_files(device, "ext4", 100);
  expect_plausible(fsync.totals("fsync_latency")[device.name() + ",ext4"]);
}

TEST_F(Fsync, CanBeToldADeviceAndACgroup) {
  REQUIRE_OF_MACHINE(require_program("mkfs.ext4"));
  if (!kernel_has("ext4")) GTEST_SKIP() << "this kernel has no ext4";
  const LoopDevice device = LoopDevice::attach(32 << 20).value();
  const LoopDevice other = LoopDevice::attach(32 << 20).value();
  const Cgroup cgroup = Cgroup::create().value();
  ProgramConfig config;
  config.name = "fsync";
  config.only = {{"device", {device.name()}}};
  BuiltinRun of_device(config);
  config.cgroup = cgroup.name();
  BuiltinRun of_cgroup(config);
  sync_files(device, "ext4", 10);
  sync_files(other, "ext4", 10);
  using Values = std::map<std::string, std::uint64_t>;
  EXPECT_EQ(of_device.counts("fsync_latency"), (Values{{device.name() + ",ext4", 22}}));
  EXPECT_EQ(of_cgroup.counts("fsync_latency"), Values{}) << "nobody was in it";
}

TEST_F(Fsync, CountsEachOfXfs) {
  REQUIRE_OF_MACHINE(require_program("mkfs.xfs"));
  if (!kernel_has("xfs")) GTEST_SKIP() << "this kernel has no xfs";
  const LoopDevice device = LoopDevice::attach(320 << 20).value();  // mkfs wants 300
  BuiltinRun fsync("fsync");
  sync_files(device, "xfs", 100);
  EXPECT_EQ(fsync.values("fsync_untimed_total")[device.name() + ",xfs"], 202u);
  EXPECT_FALSE(fsync.has_program("fsync_xfs_exit")) << "it costs every system call something";
}

TEST_F(Fsync, TimesEachOfXfsWhereThatIsAskedFor) {
  REQUIRE_OF_MACHINE(require_program("mkfs.xfs"));
  if (!kernel_has("xfs")) GTEST_SKIP() << "this kernel has no xfs";
  const LoopDevice device = LoopDevice::attach(320 << 20).value();
  BuiltinRun fsync("fsync", {{"time_xfs", "true"}});
  EXPECT_TRUE(fsync.has_program("fsync_xfs_exit"));
  sync_files(device, "xfs", 100);
  expect_plausible(fsync.totals("fsync_latency")[device.name() + ",xfs"]);
  EXPECT_FALSE(fsync.values("fsync_untimed_total").contains(device.name() + ",xfs"));
}

}  // namespace
}  // namespace bpfpush
