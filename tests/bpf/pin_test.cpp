// Kernel state that outlives the process, in a real kernel: what is adopted counts on, what is not
// goes, and what a crash left half done heals. A process's end is that of its Probe here: it holds
// all that the kernel would take back.
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <set>

#include "probe/bpf_filesystem.hpp"
#include "probe/map_reader.hpp"
#include "probe/pin_directory.hpp"
#include "support/eventually.hpp"
#include "support/requirement.hpp"
#include "support/temporary_directory.hpp"
#include "test_object.hpp"

namespace bpfpush {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kEnd{30};

void call(std::uint32_t number, int times) {
  for (int i = 0; i < times; ++i) ::syscall(900'000 + number);
}

// Is a program of that name loaded, whoever did it?
bool is_loaded(const std::string& name) {
  std::uint32_t id = 0;
  while (bpf_prog_get_next_id(id, &id) == 0) {
    const int fd = bpf_prog_get_fd_by_id(id);
    if (fd < 0) continue;
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    const int error = bpf_obj_get_info_by_fd(fd, &info, &size);
    ::close(fd);
    if (error == 0 && name == info.name) return true;
  }
  return false;
}

// 5015 for 5.15.
int kernel_version() {
  utsname name{};
  ::uname(&name);
  int major = 0, minor = 0;
  std::sscanf(name.release, "%d.%d", &major, &minor);
  return major * 1'000 + minor;
}

// Is a call counted in the pinned map, now?
bool counts_calls(const PinnedObject& pinned) {
  const int fd = bpf_obj_get((pinned.path() / "maps" / "pinned_calls").c_str());
  const std::uint32_t number = 3;
  const auto count = [&] {
    std::vector<std::uint64_t> cpus(possible_cpu_count().value());
    bpf_map_lookup_elem(fd, &number, cpus.data());
    return std::accumulate(cpus.begin(), cpus.end(), std::uint64_t{0});
  };
  const std::uint64_t before = count();
  call(number, 1);
  const bool counted = count() != before;
  bpf_map_delete_elem(fd, &number);
  ::close(fd);
  return counted;
}

class Pins : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    make_pin_directory(pins_.path()).value();
    ASSERT_TRUE(is_pin_directory(pins_.path())) << "mounted where there was no such file system";
  }
  void TearDown() override { ::umount2(pins_.path().c_str(), MNT_DETACH); }

  struct Options {
    std::string object = "pinned";
    std::map<std::string, std::string> settings;
    std::map<std::string, HistogramOptions> metrics;
  };

  Probe open(const Options& options) const {
    const auto bytes = test_object(options.object);
    ProbeOptions probe = test_object_options("pinned", bytes);
    probe.settings = options.settings;
    probe.histograms = options.metrics;
    return Probe::open(probe).value();
  }
  // What an agent does when it starts.
  Probe start(const Options& options) const {
    Probe probe = open(options);
    pins_.keep_only({probe.pin_name()}).value();
    probe.load(&pins_).value();
    for (const ProgramStatus& status : probe.programs()) {
      EXPECT_TRUE(status.attached) << status.name << ": " << status.reason;
    }
    return probe;
  }
  Probe start() const { return start(Options()); }

  PinnedObject pinned() const { return pins_.object(pins_.names().at(0)); }

  TemporaryDirectory directory_;
  PinDirectory pins_{directory_.path() / "pins"};
};

// The counter of each number, and the count of the histogram under "all"; zeros left out.
std::map<std::string, std::uint64_t> counts(const Probe& probe) {
  std::map<std::string, std::uint64_t> all;
  MapRows rows;
  probe.source(0)->read(rows).value();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint32_t number = 0;
    std::memcpy(&number, rows.key(i).data(), sizeof number);
    all[std::to_string(number)] = rows.row(i)[0];
  }
  std::uint64_t other = 0;
  probe.source(0)->read_overflow(std::span(&other, 1)).value();
  if (other != 0) all["other"] = other;
  probe.source(1)->read(rows).value();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (const auto count = observation_count(rows.row(i)); count != 0) all["all"] += count;
  }
  return all;
}

TEST_F(Pins, WhatHappensWhileNoAgentRunsIsCounted) {
  std::chrono::nanoseconds since{};
  {
    const Probe first = start();
    EXPECT_EQ(first.pin_state(), PinState::kNew);
    EXPECT_EQ(first.pin_problem(), "");
    since = first.counting_since();
    EXPECT_GT(since.count(), 0);
    call(1, 3);
    EXPECT_THAT(counts(first), ElementsAre(Pair("1", 3), Pair("all", 3)));
  }
  call(1, 5);
  call(2, 1);
  for (int restart = 0; restart < 3; ++restart) {
    const Probe next = start();
    EXPECT_EQ(next.pin_state(), PinState::kAdopted);
    EXPECT_EQ(next.pin_problem(), "");
    EXPECT_EQ(next.counting_since(), since);
    EXPECT_THAT(counts(next), ElementsAre(Pair("1", 8), Pair("2", 1), Pair("all", 9)));
  }
  const PinnedParts parts = pinned().parts();
  EXPECT_EQ(parts.programs, 2u);
  EXPECT_EQ(parts.links, 2u);
  EXPECT_EQ(parts.counting_since, since);
}

TEST_F(Pins, WhatFoundNoRoomIsKeptToo) {
  {
    const Probe first = start();
    for (std::uint32_t number = 0; number < 6; ++number) call(number, 2);
  }
  call(7, 1);
  const Probe next = start();
  EXPECT_EQ(counts(next).at("other"), 5u);
  EXPECT_EQ(counts(next).at("all"), 13u);
}

TEST_F(Pins, AnObjectThatWouldCountOtherwiseReplacesThem) {
  const Options others[] = {
      {.settings = {{"weight", "3"}}},
      {.metrics = {{"pinned_calls", {{}, {}, 5, {}}}}},
      {.metrics = {{"pinned_numbers", {{}, ExplicitBuckets{{3, 7}}, {}, {}}}}},
      {.object = "sampled"},
      {},
  };
  {
    const Probe first = start();
    call(1, 3);
  }
  std::set<std::string> names = {pins_.names().at(0)};
  for (const Options& options : others) {
    const Probe next = start(options);
    EXPECT_NE(next.pin_state(), PinState::kAdopted);
    ASSERT_THAT(pins_.names().size(), 1u);
    names.insert(pins_.names().at(0));
    if (options.object != "pinned") continue;
    const std::uint64_t weight = options.settings.empty() ? 1 : 3;
    call(1, 2);
    EXPECT_THAT(counts(next), ElementsAre(Pair("1", 2 * weight), Pair("all", 2)));
  }
  EXPECT_EQ(names.size(), 5u) << "the last is again what the first was";
}

TEST_F(Pins, ALinkThatACrashLeftOutIsMadeAndNoneTwice) {
  {
    const Probe first = start();
    call(1, 3);
  }
  fs::remove(pinned().path() / "links" / "pinned_enter");
  ASSERT_TRUE(eventually(kEnd, [&] { return !counts_calls(pinned()); })) << "it is attached still";
  {
    const Probe next = start();
    EXPECT_EQ(next.pin_state(), PinState::kAdopted);
    call(1, 4);
  }
  call(1, 1);
  const Probe last = start();
  EXPECT_EQ(counts(last).at("1"), 8u);
  EXPECT_GT(counts(last).at("all"), 8u) << "this program was attached all the time";
  EXPECT_EQ(pinned().parts().links, 2u);
}

TEST_F(Pins, WhatWasHalfMadeOrHalfRemovedGoes) {
  {
    const Probe first = start();
    call(1, 3);
  }
  const fs::path whole = pinned().path();
  const fs::path part = whole.string() + PinnedObject::kPartSuffix;
  for (const char* gone : {"", "links", "maps"}) {
    SCOPED_TRACE(gone);
    fs::rename(whole, part);
    if (*gone != '\0') fs::remove_all(part / gone);
    const Probe next = start();
    EXPECT_EQ(next.pin_state(), PinState::kNew);
    EXPECT_FALSE(fs::exists(part));
    call(1, 1);
    EXPECT_THAT(counts(next), ElementsAre(Pair("1", 1), Pair("all", 1)));
  }
}

TEST_F(Pins, StateThatSomeoneTookAMapOfIsReplaced) {
  {
    const Probe first = start();
    call(1, 3);
  }
  fs::remove(pinned().path() / "maps" / "pinned_calls");
  const Probe next = start();
  EXPECT_EQ(next.pin_state(), PinState::kNew);
  EXPECT_THAT(next.pin_problem(), HasSubstr("pinned_calls"));
  call(1, 1);
  EXPECT_THAT(counts(next), ElementsAre(Pair("1", 1), Pair("all", 1)));
}

TEST_F(Pins, NothingIsLeftOfWhatIsRemoved) {
  {
    const Probe first = start();
  }
  EXPECT_TRUE(is_loaded("pinned_enter"));
  const fs::path path = pinned().path();
  pins_.keep_only({}).value();
  EXPECT_THAT(pins_.names(), IsEmpty());
  EXPECT_FALSE(fs::exists(path));
  EXPECT_FALSE(fs::exists(path.string() + PinnedObject::kPartSuffix));
  EXPECT_TRUE(eventually(kEnd, [] { return !is_loaded("pinned_enter"); }));
}

TEST_F(Pins, OtherFilesInTheDirectoryStay) {
  fs::create_directory(pins_.path() + "/mine");
  fs::create_directory(pins_.path() + "/mine-part");
  {
    const Probe first = start();
  }
  pins_.keep_only({}).value();
  EXPECT_TRUE(fs::exists(pins_.path() + "/mine"));
  EXPECT_TRUE(fs::exists(pins_.path() + "/mine-part"));
}

TEST_F(Pins, AnObjectWhoseCountsAreNotTheKernelsAloneIsNotPinned) {
  const Probe probe = start({.object = "evicting"});
  EXPECT_EQ(probe.pin_state(), PinState::kNone);
  EXPECT_EQ(probe.pin_problem(), "what the LRU map evicting evicts is kept by the agent");
  EXPECT_THAT(pins_.names(), IsEmpty());
}

// Links of perf events cannot be pinned before 5.15.
TEST_F(Pins, ALinkForEachCpuIsPinnedWhereTheKernelCan) {
  const auto ticks = [](const Probe& probe) {
    MapRows rows;
    probe.source(0)->read(rows).value();
    return rows.row(0)[0];
  };
  std::uint64_t before = 0;
  {
    const Probe first = start({.object = "sampled"});
    if (kernel_version() < 5'015) {
      EXPECT_EQ(first.pin_state(), PinState::kNone);
      EXPECT_THAT(first.pin_problem(), HasSubstr("links/sampled_tick"));
      EXPECT_THAT(pins_.names(), IsEmpty());
      return;
    }
    EXPECT_TRUE(eventually(kEnd, [&] { return ticks(first) > 2; }));
    before = ticks(first);
  }
  const Probe next = start({.object = "sampled"});
  EXPECT_EQ(next.pin_state(), PinState::kAdopted);
  EXPECT_TRUE(eventually(kEnd, [&] { return ticks(next) > before + 2; })) << "it ticks no more";
}

}  // namespace
}  // namespace bpfpush
