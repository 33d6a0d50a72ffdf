// The program `process`: processes of names that only this test gives, which end a known number of
// times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "builtin_run.hpp"
#include "support/cgroup.hpp"
#include "support/held_child.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::uint64_t kBurnt = 20'000'000;  // nanoseconds of CPU time

void burn() {
  timespec now{};
  do {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while (now.tv_sec == 0 && static_cast<std::uint64_t>(now.tv_nsec) < kBurnt);
}

void set_name(const std::string& name) {
  ::prctl(PR_SET_NAME, name.c_str());
}

class ProcessProgram : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  // No other test's processes have this name.
  static std::string unique(const std::string& prefix) {
    return prefix + "-" + std::to_string(::getpid());
  }
  static ProgramConfig only(const std::vector<std::string>& names) {
    ProgramConfig program;
    program.name = "process";
    program.only["comm"] = names;
    return program;
  }
  static void run(int times, const std::function<void()>& work) {
    for (int i = 0; i < times; ++i) {
      HeldChild child(work);
      child.run();
      EXPECT_EQ(child.wait(), 0);
    }
  }
};

TEST_F(ProcessProgram, CountsEachProcessOnceByItsName) {
  const std::string one = unique("one"), other = unique("other"), unasked = unique("not");
  BuiltinRun program(only({one, other}));
  run(25, [&] { set_name(one); });
  run(5, [&] { set_name(other); });
  run(5, [&] { set_name(unasked); });
  EXPECT_THAT(program.counts("process_lifetime_seconds"),
              ElementsAre(Pair(one, 25), Pair(other, 5)));
  EXPECT_THAT(program.counts("process_cpu_time_seconds"),
              ElementsAre(Pair(one, 25), Pair(other, 5)));
  const BuiltinRun::Totals life = program.totals("process_lifetime_seconds")[one];
  EXPECT_GT(life.sum, 0u);
  EXPECT_LT(life.sum, 25 * 60'000'000'000u) << "a minute each, at most";
}

TEST_F(ProcessProgram, CountsTheProcessesOfACgroup) {
  const Cgroup cgroup = Cgroup::create().value();
  const std::string name = unique("in");
  ProgramConfig config;
  config.name = "process";
  config.cgroup = cgroup.name();
  BuiltinRun program(config);
  run(5, [&] { set_name(name); });
  const InCgroup member(cgroup);
  run(30, [&] { set_name(name); });
  EXPECT_THAT(program.counts("process_lifetime_seconds"), ElementsAre(Pair(name, 30)));
}

// What threads do that end before the process, with it, and after its first thread.
TEST_F(ProcessProgram, AddsUpTheTimeOfAllThreads) {
  struct Case {
    const char* name;
    std::function<void()> work;
  };
  constexpr int kThreads = 4;
  const auto burn_and_wait = [](std::atomic<int>& burnt) {
    burn();
    burnt += 1;
    for (;;) ::pause();
  };
  const Case cases[] = {
      {"before",
       [] {
         std::vector<std::thread> threads;
         for (int i = 0; i < kThreads; ++i) threads.emplace_back(burn);
         for (std::thread& thread : threads) thread.join();
       }},
      {"with",
       [&] {
         std::atomic<int> burnt = 0;
         std::vector<std::thread> threads;
         for (int i = 0; i < kThreads; ++i) threads.emplace_back([&] { burn_and_wait(burnt); });
         while (burnt < kThreads) ::usleep(1'000);
         ::_exit(0);
       }},
      {"after",
       [] {
         for (int i = 0; i < kThreads; ++i) std::thread(burn).detach();
         ::syscall(SYS_exit, 0);
       }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string name = unique(c.name);
    BuiltinRun program(only({name}));
    const auto work = [&] {
      set_name(name);
      c.work();
    };
    run(10, work);
    const BuiltinRun::Totals life = program.totals("process_lifetime_seconds")[name];
    const BuiltinRun::Totals cpu = program.totals("process_cpu_time_seconds")[name];
    EXPECT_EQ(life.count, 10u);
    EXPECT_EQ(cpu.count, 10u);
    EXPECT_GE(cpu.sum, 10 * kThreads * kBurnt);
    EXPECT_LE(cpu.sum, (kThreads + 1) * life.sum);
  }
}

// The last threads of a process that exits with many of them end together, and each may be last.
TEST_F(ProcessProgram, CountsOnceHoweverManyThreadsEndTogether) {
  const std::string name = unique("many");
  BuiltinRun program(only({name}));
  const auto work = [&] {
    set_name(name);
    for (int i = 0; i < 20; ++i) std::thread([] { ::pause(); }).detach();
  };
  run(50, work);
  EXPECT_THAT(program.counts("process_lifetime_seconds"), ElementsAre(Pair(name, 50)));
}

}  // namespace
}  // namespace bpfpush
