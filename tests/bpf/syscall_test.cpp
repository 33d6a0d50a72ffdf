// The program `syscall`, and with it the filter by cgroup: calls that this test makes a known
// number of times, while the machine makes any number of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "builtin_run.hpp"
#include "support/cgroup.hpp"
#include "support/held_child.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int kCalls = 1'000;
constexpr char kGetpgid[] = "getpgid";
constexpr char kExitGroup[] = "exit_group";

void call(int times) {
  for (int i = 0; i < times; ++i) {
    ASSERT_EQ(::syscall(SYS_getpgid, -1), -1);
    ASSERT_EQ(errno, ESRCH);
  }
}

class Syscall : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  static ProgramConfig in(const Cgroup& cgroup, std::vector<std::string> names = {}) {
    ProgramConfig program;
    program.name = "syscall";
    program.cgroup = cgroup.name();
    if (!names.empty()) program.only["name"] = std::move(names);
    return program;
  }
};

TEST_F(Syscall, CountsEveryCallOfACgroupAndNoOther) {
  const Cgroup cgroup = Cgroup::create().value();
  const Cgroup below = cgroup.create_below().value();
  const Cgroup beside = Cgroup::create().value();
  BuiltinRun run(in(cgroup));
  const auto calls_in = [](const Cgroup& one, int times) {
    const InCgroup member(one);
    call(times);
  };
  calls_in(cgroup, kCalls);
  calls_in(below, 10);
  calls_in(beside, 100);
  call(100);
  const BuiltinRun::Totals calls = run.totals("syscall_latency")[kGetpgid];
  EXPECT_EQ(calls.count, kCalls + 10u);
  EXPECT_GT(calls.sum, 0u);
  EXPECT_LT(calls.sum, calls.count * 1'000'000'000u) << "a second each, at most";
  EXPECT_EQ(run.values("syscall_errors_total")["getpgid,ESRCH"], kCalls + 10u);
}

TEST_F(Syscall, CountsOnlyWhatIsAskedFor) {
  const Cgroup cgroup = Cgroup::create().value();
  BuiltinRun run(in(cgroup, {kGetpgid}));
  const InCgroup member(cgroup);
  call(kCalls);
  for (int i = 0; i < 50; ++i) ::syscall(SYS_getppid);
  EXPECT_EQ(::syscall(SYS_getpgid, 0), ::getpgrp());
  EXPECT_THAT(run.counts("syscall_latency"), ElementsAre(Pair(kGetpgid, kCalls + 1)));
  EXPECT_THAT(run.values("syscall_errors_total"), ElementsAre(Pair("getpgid,ESRCH", kCalls)));
}

// As a sidecar does: its own cgroup is the root of what it sees, and the kernel does not say how
// deep that is.
TEST_F(Syscall, FindsACgroupFromWithinACgroupNamespace) {
  const Cgroup pod = Cgroup::create().value();
  const Cgroup app = pod.create_below().value();
  const Cgroup worker = app.create_below().value();
  const auto run_in_namespace = [&](const std::string& path) {
    const InCgroup member(pod);
    const InCgroupNamespace sidecar;
    ProgramConfig program;
    program.name = "syscall";
    program.cgroup = path;
    return std::make_unique<BuiltinRun>(program);
  };
  const auto of_app = run_in_namespace(app.name().substr(pod.name().size()));
  const auto of_pod = run_in_namespace("/");
  for (const Cgroup* one : {&pod, &app, &worker}) {
    const InCgroup member(*one);
    call(10);
  }
  call(100);
  EXPECT_EQ(of_app->counts("syscall_latency")[kGetpgid], 20u);
  EXPECT_EQ(of_pod->counts("syscall_latency")[kGetpgid], 30u);
}

TEST_F(Syscall, IsNotAloneInThat) {
  const Cgroup pod = Cgroup::create().value();
  const InCgroup member(pod);
  const InCgroupNamespace sidecar;
  for (const char* name : {"bio", "fsync", "process", "reclaim", "runqueue", "tcp"}) {
    SCOPED_TRACE(name);
    ProgramConfig program;
    program.name = name;
    program.cgroup = "/";
    const BuiltinRun run(program);  // fails the test if it does not load
  }
}

// A thread's number is soon another's: what the first was in must not be taken for a call of the
// second, whose first return is from a call that it did not make.
TEST_F(Syscall, ForgetsTheCallsThatDoNotReturn) {
  const Cgroup cgroup = Cgroup::create().value();
  BuiltinRun run(in(cgroup));
  const InCgroup member(cgroup);
  for (int i = 0; i < 20; ++i) {
    HeldChild child([] { call(1); });
    child.run();
    EXPECT_EQ(child.wait(), 0);
  }
  const auto counts = run.counts("syscall_latency");
  EXPECT_EQ(counts.at(kGetpgid), 20u);
  EXPECT_FALSE(counts.contains(kExitGroup));
}

}  // namespace
}  // namespace bpfpush
