#include "labels/cgroup_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "labels/decoded.hpp"
#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kHybrid[] =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 master:1 - cgroup cgroup rw,cpu\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

std::vector<std::string> mount_paths(std::string_view mountinfo) {
  std::vector<std::string> paths;
  for (const CgroupMount& mount : cgroup_mounts(mountinfo)) paths.push_back(mount.path);
  return paths;
}

TEST(CgroupMounts, AreThoseOfVersion2AndThenThoseOfVersion1) {
  EXPECT_THAT(mount_paths(kHybrid), ElementsAre("/sys/fs/cgroup/unified", "/sys/fs/cgroup/cpu"));
}

TEST(CgroupMounts, AreReadFromWhateverTextThereIs) {
  EXPECT_THAT(mount_paths(""), IsEmpty());
  EXPECT_THAT(mount_paths("\n\nnonsense\n1 2 3 4 5 6 7"), IsEmpty());
  EXPECT_THAT(mount_paths("1 2 0:3 / /cgroup2 rw - ext4 cgroup2 rw"), IsEmpty());
  EXPECT_THAT(mount_paths("1 2 0:3 / /a\\040b\\134 rw - cgroup2 none rw"), ElementsAre("/a b\\"));
  EXPECT_THAT(mount_paths("1 2 0:3 / /a\\04 rw - cgroup2"), ElementsAre("/a\\04"));
}

// Both ways to look: by file handle, and by walking where that is not permitted.
class CgroupNamesTest : public testing::TestWithParam<bool> {
 protected:
  CgroupNamesTest() {
    filesystem_.permits_handles = GetParam();
    filesystem_.files["/proc/self/mountinfo"] = kHybrid;
    filesystem_.directories = {{kUnified, 1}, {kUnified + "/a", 20}, {kUnified + "/a/b", 30},
                               {kCpu, 1},     {kCpu + "/c", 20},     {kCpu + "/d", 40}};
  }

  int walks() { return filesystem_.lists[kUnified]; }

  const std::string kUnified = "/sys/fs/cgroup/unified";
  const std::string kCpu = "/sys/fs/cgroup/cpu";
  FakeFilesystem filesystem_;
  CgroupNames names_{filesystem_};
};

INSTANTIATE_TEST_SUITE_P(ByHandle, CgroupNamesTest, testing::Values(true));
INSTANTIATE_TEST_SUITE_P(ByWalking, CgroupNamesTest, testing::Values(false));

TEST_P(CgroupNamesTest, AreThePathsUnderAnyMount) {
  EXPECT_EQ(names_.path(1), kUnified);
  EXPECT_EQ(names_.path(20), kUnified + "/a") << "and not version 1's cgroup of the same number";
  EXPECT_EQ(names_.path(30), kUnified + "/a/b");
  EXPECT_EQ(names_.path(40), kCpu + "/d");
  EXPECT_EQ(names_.path(50), "");
}

TEST_P(CgroupNamesTest, HealAtTheNextCollection) {
  EXPECT_EQ(names_.path(50), "");
  filesystem_.directories[kUnified + "/late"] = 50;
  names_.begin_collection();
  EXPECT_EQ(names_.path(50), kUnified + "/late");
}

TEST_P(CgroupNamesTest, OfAReusedOrRenamedCgroupAreNoticedAtTheNextCollection) {
  EXPECT_EQ(names_.path(40), kCpu + "/d");
  filesystem_.directories.erase(kCpu + "/d");
  filesystem_.directories[kCpu + "/e"] = 40;
  names_.begin_collection();
  EXPECT_EQ(names_.path(40), kCpu + "/e") << "the number moved to another directory";
  filesystem_.directories[kCpu + "/e"] = 41;
  names_.begin_collection();
  EXPECT_EQ(names_.path(40), "") << "the directory has another number";
  EXPECT_EQ(names_.path(41), kCpu + "/e");
}

TEST_P(CgroupNamesTest, AreWalkedForOncePerCollectionAndOnlyIfTheyMust) {
  for (std::uint64_t id = 100; id < 200; ++id) names_.path(id);
  EXPECT_EQ(walks(), GetParam() ? 0 : 1);
  names_.begin_collection();
  names_.path(30);
  EXPECT_EQ(walks(), GetParam() ? 0 : 2);
  names_.begin_collection();
  names_.path(30);
  EXPECT_EQ(walks(), GetParam() ? 0 : 2) << "it is where it was";
}

TEST_P(CgroupNamesTest, ThatACollectionDidNotUseAreForgotten) {
  names_.path(30);
  names_.begin_collection();
  names_.begin_collection();
  filesystem_.handles.clear();
  names_.path(30);
  EXPECT_GE(filesystem_.handles[30], 1) << "it is looked for again";
}

TEST_P(CgroupNamesTest, AreWhatCgroupShows) {
  HostNames names(filesystem_);
  EXPECT_EQ(decoded({{"uint"}, {"cgroup"}}, "\x1e\0\0\0\0\0\0\0"sv, names), kUnified + "/a/b");
  EXPECT_EQ(decoded({{"uint"}, {"cgroup"}}, "\x63\0\0\0\0\0\0\0"sv, names), "unknown_cgroup_id:99");
  EXPECT_EQ(decoded({{"uint"}, {"cgroup"}}, "\xff\xff\xff\xff\xff\xff\xff\xff"sv, names),
            "unknown_cgroup_id:18446744073709551615");
  EXPECT_EQ(decoded({{"string"}, {"cgroup"}}, "x\0"sv, names), "unknown_cgroup_id:x");
}

TEST(CgroupNamesWithoutMounts, AreUnknown) {
  const FakeFilesystem filesystem;
  CgroupNames names(filesystem);
  EXPECT_EQ(names.path(1), "");
}

}  // namespace
}  // namespace bpfpush
