// The program `reclaim` beside another counter: a child of this test reads more of a disk than its
// cgroup may keep in memory.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "builtin_run.hpp"
#include "env/file_descriptor.hpp"
#include "support/eventually.hpp"
#include "support/loop_device.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kLimit = 8 << 20;
constexpr std::size_t kRead = 64 << 20;

// A cgroup with a limit on its memory, in whichever hierarchy has the controller.
class MemoryCgroup {
 public:
  static std::string find_hierarchy(bool& is_v2) {
    std::istringstream mounts(read_file("/proc/self/mounts"));
    std::string device, path, type, options, rest;
    while (mounts >> device >> path >> type >> options && std::getline(mounts, rest)) {
      is_v2 = type == "cgroup2";
      const std::string controllers = is_v2 ? read_file(path + "/cgroup.subtree_control") : options;
      if (type.starts_with("cgroup") && controllers.find("memory") != std::string::npos) {
        return path;
      }
    }
    return "";
  }

  explicit MemoryCgroup(std::size_t limit) {
    bool is_v2 = false;
    path_ = find_hierarchy(is_v2) + "/bpfpush-test-" + std::to_string(::getpid());
    std::filesystem::create_directory(path_);
    const char* const file = is_v2 ? "/memory.max" : "/memory.limit_in_bytes";
    EXPECT_TRUE(std::ofstream(path_ + file) << limit << std::flush) << path_;
  }
  ~MemoryCgroup() {
    // The kernel takes a moment to see that its last process has gone.
    EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] { return ::rmdir(path_.c_str()) == 0; }));
  }
  MemoryCgroup(const MemoryCgroup&) = delete;
  MemoryCgroup& operator=(const MemoryCgroup&) = delete;

  std::string processes() const { return path_ + "/cgroup.procs"; }

 private:
  std::string path_;
};

// In a child, which can do no more than system calls: joins the cgroup and reads.
[[noreturn]] void read_in(int cgroup, int disk) {
  static char buffer[1 << 16];
  if (::write(cgroup, "0", 1) != 1) ::_exit(1);
  for (std::size_t done = 0; done < kRead; done += sizeof buffer) {
    if (::read(disk, buffer, sizeof buffer) != sizeof buffer) ::_exit(2);
  }
  ::_exit(0);
}

TEST(Reclaim, CountsEveryTimeACgroupAtItsLimitFreesMemory) {
  REQUIRE_OF_MACHINE(require_bpf());
  bool is_v2 = false;
  if (MemoryCgroup::find_hierarchy(is_v2).empty()) {
    GTEST_SKIP() << "no cgroup hierarchy here has the memory controller";
  }
  const LoopDevice device = LoopDevice::attach(kRead).value();
  const TracepointCounter ends("mm_vmscan_memcg_reclaim_end", TracepointCounter::By::kNothing);
  BuiltinRun reclaim("reclaim");
  const auto ours = [&] {
    return Bracket::Counts{{"memcg", reclaim.counts("reclaim_stall")["memcg"]}};
  };
  const auto theirs = [&] { return Bracket::Counts{{"memcg", ends.counts()[0]}}; };
  Bracket bracket(ours, theirs, 0);
  const MemoryCgroup cgroup(kLimit);
  const FileDescriptor processes(::open(cgroup.processes().c_str(), O_WRONLY | O_CLOEXEC));
  const FileDescriptor disk(::open(("/dev/" + device.name()).c_str(), O_RDONLY | O_CLOEXEC));
  const pid_t child = ::fork();
  if (child == 0) read_in(processes.get(), disk.get());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  bracket.expect_equal();
  const BuiltinRun::Totals stall = reclaim.totals("reclaim_stall")["memcg"];
  EXPECT_GE(stall.count, 10u) << "it read eight times what it may keep";
  EXPECT_LT(stall.sum, stall.count * 10'000'000'000u) << "ten seconds each, at most";
}

}  // namespace
}  // namespace bpfpush
