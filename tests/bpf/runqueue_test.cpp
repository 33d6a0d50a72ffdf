// The program `runqueue` beside the kernel's own count: a task that sleeps and is woken, again and
// again, has waited for a CPU as often as it has left one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "builtin_run.hpp"
#include "env/file_descriptor.hpp"
#include "support/cgroup.hpp"
#include "support/eventually.hpp"
#include "support/held_child.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

constexpr int kRounds = 500;

// A child that answers every byte with another, and sleeps meanwhile.
class Echo {
 public:
  Echo() : child_([this] { answer(); }) { child_.run(); }

  pid_t pid() const { return child_.pid(); }

  void wake() {
    char byte = 0;
    ASSERT_EQ(::write(there_.write.get(), &byte, 1), 1);
    ASSERT_EQ(::read(back_.read.get(), &byte, 1), 1);
  }

  // How often it has left a CPU, once it sleeps and so has left the last.
  std::uint64_t switches() const {
    const std::string process = "/proc/" + std::to_string(pid());
    EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] {
      std::ifstream syscall(process + "/syscall");  // asks the scheduler, where `stat` does not
      std::string number;
      return syscall >> number && number != "running";
    }));
    std::ifstream status(process + "/status");
    std::uint64_t total = 0;
    for (std::string line; std::getline(status, line);) {
      const std::size_t name = line.find("ctxt_switches:");
      if (name != line.npos) total += std::stoull(line.substr(line.find(':') + 1));
    }
    return total;
  }

 private:
  struct Pipe {
    Pipe() {
      int ends[2] = {-1, -1};
      EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
      read = FileDescriptor(ends[0]);
      write = FileDescriptor(ends[1]);
    }
    FileDescriptor read, write;
  };

  void answer() {
    char byte = 0;
    while (::read(there_.read.get(), &byte, 1) == 1 && ::write(back_.write.get(), &byte, 1) == 1) {
    }
  }

  Pipe there_, back_;  // before the child, who has them too
  HeldChild child_;
};

class Runqueue : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  static std::uint64_t waits(BuiltinRun& run) {
    std::uint64_t total = 0;
    for (const auto& [labels, count] : run.counts("runqueue_latency")) total += count;
    return total;
  }
};

TEST_F(Runqueue, CountsEveryWaitOfACgroup) {
  const Cgroup cgroup = Cgroup::create().value();
  ProgramConfig config;
  config.name = "runqueue";
  config.cgroup = cgroup.name();
  BuiltinRun run(config);
  Echo task, other;
  cgroup.add(task.pid());
  const std::uint64_t switches_before = task.switches(), waits_before = waits(run);
  for (int i = 0; i < kRounds; ++i) {
    task.wake();
    other.wake();
  }
  const std::uint64_t switches = task.switches();
  EXPECT_EQ(waits(run) - waits_before, switches - switches_before);
  EXPECT_GE(switches - switches_before, 1u);
}

TEST_F(Runqueue, TellsCgroupsApartIfAsked) {
  const Cgroup one = Cgroup::create().value();
  const Cgroup other = Cgroup::create().value();
  ProgramConfig config;
  config.name = "runqueue";
  config.settings["by_cgroup"] = "true";
  Echo task;
  one.add(task.pid());
  BuiltinRun run(config);
  const auto waits_of = [&](const Cgroup& cgroup) {
    return run.counts("runqueue_latency")[cgroup.folder()];
  };
  const std::uint64_t switches_before = task.switches(), waits_before = waits_of(one);
  for (int i = 0; i < 50; ++i) task.wake();
  const std::uint64_t switches_between = task.switches(), waits_between = waits_of(one);
  EXPECT_EQ(waits_between - waits_before, switches_between - switches_before);
  other.add(task.pid());
  for (int i = 0; i < 50; ++i) task.wake();
  const std::uint64_t switches_after = task.switches();
  EXPECT_EQ(waits_of(one) + waits_of(other) - waits_between, switches_after - switches_between);
  EXPECT_GE(waits_of(other), 1u);
}

}  // namespace
}  // namespace bpfpush
