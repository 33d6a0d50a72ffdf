// The collector with programs in a real kernel: one that it refuses takes nothing from the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/collector.hpp"
#include "env/posix_filesystem.hpp"
#include "support/requirement.hpp"
#include "test_object.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

class CollectorBpf : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  static Probe open(const std::string& name) {
    const auto object = test_object(name);
    return Probe::open(test_object_options(name, object)).value();
  }

  PosixFilesystem filesystem_;
  Collector collector_{"ebpf", filesystem_};
};

TEST_F(CollectorBpf, GoesOnWithoutAProgramThatDoesNotLoad) {
  collector_.add(open("refused")).value();
  collector_.add(open("observe")).value();
  collector_.load();
  ASSERT_EQ(collector_.programs().front().object, "refused");
  EXPECT_FALSE(collector_.programs().front().status.attached);
  EXPECT_THAT(collector_.programs().front().status.reason, HasSubstr("does not load"));
  ASSERT_EQ(collector_.maps().size(), 1u);
  EXPECT_EQ(collector_.maps().front().map, "observed");
  std::vector<FamilySnapshot> families;
  collector_.collect(families);
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families.front().family->name, "ebpf_observed");
  EXPECT_TRUE(families.front().series.empty()) << "nothing has been observed";
}

}  // namespace
}  // namespace bpfpush
