// What is pinned where a map is looked for: another each time, no map at all, or one that may only
// be read.
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/foreign_maps.hpp"
#include "env/posix_filesystem.hpp"
#include "foreign_objects.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

// While this lives, what a file's mode says holds for this thread too.
class WithoutOverride {
 public:
  WithoutOverride() {
    EXPECT_EQ(::syscall(SYS_capget, &header_, before_), 0);
    __user_cap_data_struct without[2] = {before_[0], before_[1]};
    without[0].effective &= ~(1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
    EXPECT_EQ(::syscall(SYS_capset, &header_, without), 0);
  }
  ~WithoutOverride() { EXPECT_EQ(::syscall(SYS_capset, &header_, before_), 0); }
  WithoutOverride(const WithoutOverride&) = delete;
  WithoutOverride& operator=(const WithoutOverride&) = delete;

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2]{};
};

class ForeignPin : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    bpffs_.emplace();
    maps_.emplace();
    config_.pinned = bpffs_->path("place");
    config_.name = "temperature";
    config_.type = "gauge";
    add_foreign_maps({config_}, collector_).value();
  }

  void pin(int fd) {
    ::unlink(config_.pinned.c_str());
    ASSERT_EQ(bpf_obj_pin(fd, config_.pinned.c_str()), 0);
  }

  // How many series a collection shows.
  std::size_t series() {
    std::vector<FamilySnapshot> families;
    collector_.collect(families);
    return families.empty() ? 0 : families.front().series.size();
  }

  std::uint64_t read_errors() const { return collector_.maps().front().read_errors; }

  // Why a map cannot be opened there.
  std::string reason() const {
    ForeignMapOptions options;
    options.name = "m";
    options.type = MetricType::kGauge;
    const auto map = ForeignMap::create({config_.pinned, 0}, options).value();
    const Result<void> opened = map->open();
    return opened ? "" : opened.error().message();
  }

  std::optional<BpfFilesystem> bpffs_;
  std::optional<ForeignMaps> maps_;
  MapConfig config_;
  PosixFilesystem filesystem_;
  Collector collector_{"ebpf", filesystem_};
};

TEST_F(ForeignPin, MayBecomeAMapOfAnyOtherLayoutAndBeRightAgain) {
  pin(maps_->fd("temperature"));
  EXPECT_EQ(series(), 2u);
  for (const char* other : {"tool", "wide", "row", "traffic", "queue"}) {
    SCOPED_TRACE(other);
    const std::uint64_t before = read_errors();
    pin(maps_->fd(other));
    EXPECT_EQ(series(), 0u);
    EXPECT_EQ(read_errors(), before + 1);
    pin(maps_->fd("temperature"));
    EXPECT_EQ(series(), 2u);
  }
  pin(maps_->fd("entries"));
  EXPECT_EQ(series(), 0u) << "integers as well, and an empty map";
  ASSERT_EQ(::unlink(config_.pinned.c_str()), 0);
  EXPECT_EQ(series(), 0u);
  EXPECT_THAT(reason(), HasSubstr("place is not there"));
}

TEST_F(ForeignPin, MayBeOfNoMap) {
  const auto bytes = test_object("observe");
  Probe probe = Probe::open(test_object_options("observe", bytes)).value();
  ASSERT_TRUE(probe.load());
  pin(probe.program_fd("observe"));
  EXPECT_THAT(reason(), HasSubstr("place is no map"));
  ::unlink(config_.pinned.c_str());
  ASSERT_EQ(::mkdir(config_.pinned.c_str(), 0700), 0);
  EXPECT_THAT(reason(), HasSubstr("place is no map"));
}

TEST_F(ForeignPin, MayBeOneThatWeMayOnlyRead) {
  pin(maps_->fd("temperature"));
  ASSERT_EQ(::chmod(config_.pinned.c_str(), 0400), 0);
  const WithoutOverride no_override;
  EXPECT_EQ(series(), 2u);
  ASSERT_EQ(::chmod(config_.pinned.c_str(), 0), 0);
  EXPECT_EQ(series(), 0u);
  EXPECT_THAT(reason(), HasSubstr("access to the file"));
}

}  // namespace
}  // namespace bpfpush
