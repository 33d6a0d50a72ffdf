// The program `bio` beside the kernel's own statistics of a disk that only this test uses: equal,
// not nearly.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstring>
#include <fstream>
#include <map>

#include "builtin_run.hpp"
#include "env/file_descriptor.hpp"
#include "probe/builtin.hpp"
#include "probe/probe.hpp"
#include "snapshot/snapshot.hpp"
#include "support/cgroup.hpp"
#include "support/loop_device.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;
using testing::Pair;

// The enumerators of bio_operation.
enum Operation : std::uint32_t { kRead, kWrite, kFlush, kDiscard };

struct Totals {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

// An attribute of a disk's queue, set for as long as this lives: loop devices keep theirs from user
// to user.
class QueueAttribute {
 public:
  QueueAttribute(const LoopDevice& device, const std::string& name, const std::string& value,
                 std::string otherwise)
      : path_("/sys/block/" + device.name() + "/queue/" + name), otherwise_(std::move(otherwise)) {
    EXPECT_TRUE(std::ofstream(path_) << value << std::flush) << path_;
  }
  ~QueueAttribute() { std::ofstream(path_) << otherwise_; }
  QueueAttribute(const QueueAttribute&) = delete;
  QueueAttribute& operator=(const QueueAttribute&) = delete;

 private:
  std::string path_;
  std::string otherwise_;
};

class Bio : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  static Probe load_bio(const std::map<std::string, std::string>& settings = {}) {
    ProbeOptions options;
    options.name = "bio";
    options.object = find_builtin_program("bio")->object;
    options.settings = settings;
    Probe probe = Probe::open(options).value();
    probe.load().value();
    for (const ProgramStatus& program : probe.programs()) {
      EXPECT_TRUE(program.attached) << program.name << ": " << program.reason;
    }
    return probe;
  }

  // By operation, of the one device.
  static std::map<std::uint32_t, Totals> totals(Probe& probe, const std::string& map,
                                                const LoopDevice& device) {
    const std::size_t index = probe.metrics()[0].name == map ? 0 : 1;
    MapRows rows;
    EXPECT_TRUE(probe.source(index)->read(rows));
    std::map<std::uint32_t, Totals> by_operation;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::uint32_t key[2] = {};
      std::memcpy(key, rows.key(i).data(), sizeof key);
      if (key[0] != number_of(device)) continue;
      by_operation[key[1]] = {observation_count(rows.row(i)), rows.row(i)[0]};
    }
    return by_operation;
  }

  // As new_encode_dev() writes it, which for minors below 256 is as simple as this.
  static std::uint32_t number_of(const LoopDevice& device) {
    struct stat status{};
    EXPECT_EQ(::stat(("/dev/" + device.name()).c_str(), &status), 0);
    EXPECT_LT(minor(status.st_rdev), 256u);
    return (major(status.st_rdev) << 8) | minor(status.st_rdev);
  }

  static void do_some_io(LoopDevice& device) {
    ASSERT_TRUE(device.write({300, 4096}));
    ASSERT_TRUE(device.read({200, 16384}));
    ASSERT_TRUE(device.write({50, 512}));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(device.sync());
  }
};

TEST_F(Bio, CountsWhatTheKernelCounts) {
  Probe probe = load_bio();
  LoopDevice device = LoopDevice::attach(16 << 20).value();
  const auto size_before = totals(probe, "bio_req_size", device);
  const DiskStat before = device.stat();
  do_some_io(device);
  const DiskStat done = device.stat() - before;
  const auto after = totals(probe, "bio_req_size", device);
  const auto latency = totals(probe, "bio_req_latency", device);
  const auto since = [&](Operation operation) {
    const auto known = size_before.find(operation);
    const Totals start = known == size_before.end() ? Totals{} : known->second;
    const auto found = after.find(operation);
    const Totals end = found == after.end() ? Totals{} : found->second;
    return Totals{end.count - start.count, end.sum - start.sum};
  };
  EXPECT_EQ(since(kRead), (Totals{done.reads, done.sectors_read * 512}));
  EXPECT_EQ(since(kWrite), (Totals{done.writes, done.sectors_written * 512}));
  EXPECT_EQ(since(kFlush).count, done.flushes);
  EXPECT_EQ(done.reads, 200u);
  EXPECT_GE(done.writes, 350u) << "350, and the empty writes that carry the flushes";
  EXPECT_GE(done.flushes, 3u);
  for (const auto& [operation, size] : after) {
    EXPECT_EQ(latency.at(operation).count, size.count) << operation;
    EXPECT_GT(latency.at(operation).sum, 0u) << operation;
    EXPECT_LT(latency.at(operation).sum, size.count * 1'000'000'000u) << "a second each, at most";
  }
}

TEST_F(Bio, CountsADiskWhoseIostatsIsOff) {
  Probe probe = load_bio();
  LoopDevice device = LoopDevice::attach(16 << 20).value();
  do_some_io(device);  // leaves starts behind in the requests, which must not be taken for ours
  const QueueAttribute iostats(device, "iostats", "0", "1");
  const auto size_before = totals(probe, "bio_req_size", device);
  const auto latency_before = totals(probe, "bio_req_latency", device);
  const DiskStat before = device.stat();
  ASSERT_TRUE(device.read({100, 4096}));
  ASSERT_TRUE(device.write({70, 8192}));
  EXPECT_EQ((device.stat() - before).reads, 0u) << "iostats is off";
  const auto size = totals(probe, "bio_req_size", device);
  const auto latency = totals(probe, "bio_req_latency", device);
  EXPECT_EQ(size.at(kRead).count - size_before.at(kRead).count, 100u);
  EXPECT_EQ(size.at(kWrite).count - size_before.at(kWrite).count, 70u);
  const std::uint64_t reads_ns = latency.at(kRead).sum - latency_before.at(kRead).sum;
  EXPECT_GT(reads_ns, 0u);
  EXPECT_LT(reads_ns, 100 * 1'000'000'000ull);
}

TEST_F(Bio, CountsThroughAnIoScheduler) {
  Probe probe = load_bio();
  LoopDevice device = LoopDevice::attach(16 << 20).value();
  const QueueAttribute scheduler(device, "scheduler", "mq-deadline", "none");
  const QueueAttribute iostats(device, "iostats", "0", "1");
  const auto before = totals(probe, "bio_req_latency", device);
  ASSERT_TRUE(device.write({60, 4096}));
  const auto after = totals(probe, "bio_req_latency", device);
  EXPECT_EQ(after.at(kWrite).count - (before.contains(kWrite) ? before.at(kWrite).count : 0), 60u);
}

TEST_F(Bio, CountsDiscardsByTheirLength) {
  Probe probe = load_bio();
  LoopDevice device = LoopDevice::attach(16 << 20).value();
  const FileDescriptor node(::open(("/dev/" + device.name()).c_str(), O_RDWR | O_CLOEXEC));
  std::uint64_t range[2] = {0, 1 << 20};
  ASSERT_EQ(::ioctl(node.get(), BLKDISCARD, range), 0) << std::strerror(errno);
  EXPECT_EQ(totals(probe, "bio_req_size", device).at(kDiscard), (Totals{1, 1 << 20}));
}

TEST_F(Bio, DeviceTimeIsPartOfTheWholeTime) {
  Probe whole = load_bio();
  Probe device_only = load_bio({{"device_time", "true"}});
  LoopDevice device = LoopDevice::attach(16 << 20).value();
  const auto whole_before = totals(whole, "bio_req_latency", device);
  const auto part_before = totals(device_only, "bio_req_latency", device);
  ASSERT_TRUE(device.write({100, 4096}));
  const auto since = [&](Probe& probe, const std::map<std::uint32_t, Totals>& before) {
    const Totals now = totals(probe, "bio_req_latency", device).at(kWrite);
    const Totals then = before.contains(kWrite) ? before.at(kWrite) : Totals{};
    return Totals{now.count - then.count, now.sum - then.sum};
  };
  const Totals all = since(whole, whole_before);
  const Totals part = since(device_only, part_before);
  EXPECT_EQ(all.count, 100u);
  EXPECT_EQ(part.count, 100u);
  EXPECT_GT(part.sum, 0u);
  // Each pair of readings of the clock is a little apart: the one program runs after the other.
  EXPECT_LT(part.sum, all.sum + 100 * 100'000);
}

TEST_F(Bio, CountsOnlyTheRequestsOfACgroup) {
  const Cgroup cgroup = Cgroup::create("blkio").value();
  LoopDevice device = LoopDevice::attach(16 << 20).value();
  const Cgroup below = cgroup.create_below().value();
  ProgramConfig config;
  config.name = "bio";
  config.cgroup = cgroup.folder();
  config.only["device"] = {device.name()};
  BuiltinRun run(config);
  do_some_io(device);
  {
    const InCgroup member(cgroup);
    ASSERT_TRUE(device.read({40, 4096}));
    ASSERT_TRUE(device.write({30, 8192}));
  }
  {
    const InCgroup member(below);
    ASSERT_TRUE(device.read({2, 4096}));
  }
  do_some_io(device);
  const std::string read = device.name() + ",read", write = device.name() + ",write";
  EXPECT_THAT(run.totals("bio_req_size"),
              ElementsAre(Pair(read, BuiltinRun::Totals{42, 42 * 4096}),
                          Pair(write, BuiltinRun::Totals{30, 30 * 8192})));
  EXPECT_EQ(run.counts("bio_req_latency").at(read), 42u);
}

TEST_F(Bio, CountsOnlyTheOperationsAndDevicesAskedFor) {
  LoopDevice device = LoopDevice::attach(16 << 20).value();
  LoopDevice other = LoopDevice::attach(16 << 20).value();
  ProgramConfig config;
  config.name = "bio";
  config.only = {{"device", {device.name()}}, {"operation", {"read", "flush"}}};
  BuiltinRun run(config);
  const DiskStat before = device.stat();
  do_some_io(device);
  do_some_io(other);
  const DiskStat done = device.stat() - before;
  EXPECT_THAT(run.counts("bio_req_size"), ElementsAre(Pair(device.name() + ",flush", done.flushes),
                                                      Pair(device.name() + ",read", 200)));
}

}  // namespace
}  // namespace bpfpush
