// The spool on real disks: one that is full, and one that flips bits. The agent measures nothing
// here but itself: each of its snapshots has its number in it, so that a missing one shows.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "e2e/agent.hpp"
#include "spool/format.hpp"
#include "support/eventually.hpp"
#include "support/loop_device.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class SpoolDamageE2e : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kDelivery{60};
  static constexpr std::chrono::seconds kEnd{30};

  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    REQUIRE_OF_MACHINE(require_program("prometheus"));
    ASSERT_TRUE(prometheus_.start());
  }

  std::string write_config(const std::string& spool) const {
    AgentConfig config{.urls = {prometheus_.write_url()}, .push_interval = "100ms"};
    config.programs =
        "[{maps: [{pinned: /sys/fs/bpf/none, name: none_seconds, unit: seconds, "
        "measured_unit: nanoseconds, buckets: {type: explicit, bounds: [1]}}]}]";
    return directory_.write("bpfpush.yaml",
                            to_yaml(config) + "spool: {path: " + spool + ", sync: always}\n");
  }

  std::optional<double> value_of(const std::string& promql) {
    const auto answer = prometheus_.query(promql);
    if (!answer || answer->size() != 1) return std::nullopt;
    return answer->front().value();
  }

  // The numbers of the snapshots that were delivered are 1, 2, 3 ... and how many there are.
  std::size_t expect_all_delivered() {
    const auto answer = prometheus_.query("bpfpush_agent_snapshots_total[15m]").value();
    if (answer.size() != 1) {
      ADD_FAILURE() << answer.size() << " series";
      return 0;
    }
    double last = 0;
    for (const PromPoint& point : answer.front().points) {
      EXPECT_EQ(point.value, last + 1) << "a snapshot is missing";
      last = point.value;
    }
    return answer.front().points.size();
  }

  TemporaryDirectory directory_;
  PrometheusServer prometheus_;
};

// A file system of 8 MiB that this process and those it starts see.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& folder) : folder_(folder) {}
  ~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }

  // What went wrong; empty if it is mounted.
  std::string mount(const TemporaryDirectory& directory) {
    device_.emplace(LoopDevice::attach(8 << 20).value());
    const std::string disk = "/dev/" + device_->name();
    Process mkfs =
        Process::start({{"mkfs.ext4", "-q", "-F", disk}, directory.path() / "mkfs", {}}).value();
    if (mkfs.wait(60s) != 0) return mkfs.errors();
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return "no mount namespace of its own";
    std::filesystem::create_directory(folder_);
    if (::mount(disk.c_str(), folder_.c_str(), "ext4", 0, nullptr) != 0)
      return "ext4 cannot be mounted";
    return "";
  }

  // To the last block.
  void fill() const {
    std::error_code error;
    for (const std::size_t size : {std::size_t{64} << 10, std::size_t{1} << 10}) {
      const std::string bytes(size, 'x');
      std::ofstream file(folder_ / ("filler" + std::to_string(size)), std::ios::binary);
      while (file.write(bytes.data(), static_cast<std::streamsize>(size)).flush()) continue;
    }
    EXPECT_LT(std::filesystem::space(folder_, error).available, 16u << 10);
  }
  void empty() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.is_regular_file()) std::filesystem::remove(entry.path());
    }
  }

 private:
  std::filesystem::path folder_;
  std::optional<LoopDevice> device_;
};

TEST_F(SpoolDamageE2e, AFullDiskCostsNothingAndIsUsedAgainOnceThereIsRoom) {
  REQUIRE_OF_MACHINE(require_program("mkfs.ext4"));
  const auto folder = directory_.path() / "disk";
  SmallDisk disk(folder);
  ASSERT_EQ(disk.mount(directory_), "");
  const std::string spool = folder / "spool";
  Process agent = start_bpfpush(directory_, {"run", "--config", write_config(spool)}).value();
  ASSERT_TRUE(eventually(kDelivery, [&] { return value_of("bpfpush_up") == 1; })) << agent.errors();
  prometheus_.kill_now();
  disk.fill();
  const auto says = [&](const std::string& text) {
    return eventually(kDelivery, [&] { return agent.errors().find(text) != std::string::npos; });
  };
  ASSERT_TRUE(says("the disk fails, going on in memory")) << agent.errors();
  EXPECT_THAT(agent.errors(), HasSubstr("No space left on device"));
  ASSERT_TRUE(prometheus_.start());
  const auto fails = [&] { return value_of("bpfpush_spool_disk_failing") == 1; };
  EXPECT_TRUE(eventually(kDelivery, fails)) << "it delivers from memory, and says so";
  prometheus_.kill_now();
  disk.empty();
  ASSERT_TRUE(says("the disk works again")) << agent.errors();
  ASSERT_TRUE(prometheus_.start());
  const auto works = [&] { return value_of("bpfpush_spool_disk_failing") == 0; };
  EXPECT_TRUE(eventually(kDelivery, works)) << agent.errors();
  agent.kill(SIGTERM);
  EXPECT_EQ(agent.wait(kEnd), 0) << agent.errors();
  // How many there are is up to how fast the machine is; some of before, meanwhile and after.
  EXPECT_GT(expect_all_delivered(), 5u);
  EXPECT_EQ(value_of("sum(bpfpush_spool_evicted_snapshots_total)"), 0);
}

// One bit of every third record or so of a segment, never of the last, which a crash may have torn;
// returns the lines that `verify` owes.
std::set<std::string> flip_bits(const std::filesystem::path& file, std::mt19937& random) {
  std::string bytes = read_file(file);
  std::set<std::string> lines;
  for (std::size_t at = spool_format::kSegmentHeadBytes; at < bytes.size();) {
    const auto payload = spool_format::record_at(bytes, at);
    if (!payload) break;
    const std::size_t size = spool_format::kRecordHeadBytes + payload->size();
    if (random() % 3 == 0 && at + size < bytes.size()) {
      bytes[at + random() % size] ^= static_cast<char>(1 << random() % 8);
      lines.insert(file.filename().string() + ": damaged at byte " + std::to_string(at) + ", " +
                   std::to_string(size) + " bytes, repaired when it is read");
    }
    at += size;
  }
  std::ofstream(file, std::ios::binary) << bytes;
  return lines;
}

TEST_F(SpoolDamageE2e, FlippedBitsAreReportedAndWhatWaitsIsDrained) {
  const std::string spool = directory_.path() / "spool";
  const std::string config = write_config(spool);
  prometheus_.kill_now();
  Process agent = start_bpfpush(directory_, {"run", "--config", config}).value();
  const auto segments = [&] {
    std::set<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(spool, error)) {
      if (entry.path().extension() == ".spool") files.insert(entry.path());
    }
    return files;
  };
  ASSERT_TRUE(eventually(kDelivery, [&] { return segments().size() >= 2; })) << agent.errors();
  const Outcome refused = run_bpfpush({"spool", "drain", spool, "--config", config});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("is used by a bpfpush that runs"));
  const auto newest = [&] { return std::filesystem::file_size(*segments().rbegin()); };
  ASSERT_TRUE(eventually(kDelivery, [&] { return newest() > 10'000; })) << agent.errors();
  agent.kill(SIGKILL);
  ASSERT_EQ(agent.wait(kEnd), 128 + SIGKILL);

  std::mt19937 random(std::random_device{}());
  std::set<std::string> owed;
  for (const auto& file : segments()) owed.merge(flip_bits(file, random));
  ASSERT_GT(owed.size(), 10u);
  const Outcome verified = run_bpfpush({"spool", "verify", spool});
  EXPECT_EQ(verified.exit_code, 1);
  std::set<std::string> said;
  std::istringstream lines(verified.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(": damaged at") != std::string::npos) said.insert(line);
  }
  EXPECT_EQ(said, owed);

  const Outcome given_up =
      run_bpfpush({"spool", "drain", spool, "--config", config, "--timeout", "300ms"});
  EXPECT_EQ(given_up.exit_code, 1) << given_up.errors;
  EXPECT_THAT(given_up.output, HasSubstr(": 0 snapshots delivered"));
  ASSERT_TRUE(prometheus_.start());
  const Outcome drained = run_bpfpush({"spool", "drain", spool, "--config", config});
  EXPECT_EQ(drained.exit_code, 0) << drained.output << drained.errors;
  EXPECT_THAT(drained.output, HasSubstr(" 0 damaged, 0 left"));
  EXPECT_GT(expect_all_delivered(), 64u);
}

}  // namespace
}  // namespace bpfpush
