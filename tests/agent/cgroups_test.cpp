#include "agent/cgroups.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

constexpr char kUnified[] =
    "30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char kHybrid[] =
    "31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n"
    "32 31 0:29 / /sys/fs/cgroup/unified rw shared:5 - cgroup2 cgroup2 rw\n"
    "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "34 31 0:31 / /sys/fs/cgroup/blkio rw shared:9 master:1 - cgroup cgroup rw,blkio\n";

FakeFilesystem host(const std::string& mounts, std::map<std::string, std::uint64_t> folders) {
  FakeFilesystem filesystem;
  filesystem.files["/proc/self/mountinfo"] = mounts;
  filesystem.links["/proc/self/ns/cgroup"] = "cgroup:[4026531835]";
  filesystem.directories = std::move(folders);
  return filesystem;
}

void expect_place(const Result<CgroupPlace>& place, std::uint64_t id,
                  std::optional<std::uint32_t> level) {
  ASSERT_TRUE(place) << place.error().message();
  EXPECT_EQ(place->id, id);
  EXPECT_EQ(place->level, level);
}

std::string fault(const Result<CgroupPlace>& place) {
  return place ? "found" : place.error().message();
}

TEST(FindCgroup, KnowsAPathFromTheRootAndAWholeOne) {
  const auto files = host(kUnified, {{"/sys/fs/cgroup", 1}, {"/sys/fs/cgroup/a/b.slice", 70}});
  for (const char* path : {"/a/b.slice", "/a//b.slice/", "/sys/fs/cgroup/a/b.slice"}) {
    SCOPED_TRACE(path);
    const CgroupFilter filter = find_cgroup(path, files);
    expect_place(filter.tasks, 70, 2);
    expect_place(filter.io, 70, 2);
  }
  for (const char* path : {"/", "/sys/fs/cgroup", "/sys/fs/cgroup/"}) {
    SCOPED_TRACE(path);
    expect_place(find_cgroup(path, files).tasks, 1, 0);
  }
}

TEST(FindCgroup, LooksForBlockIoWhereItsControllerIs) {
  const auto files =
      host(kHybrid, {{"/sys/fs/cgroup/unified/a", 5}, {"/sys/fs/cgroup/blkio/a", 17}});
  for (const char* path :
       {"/a", "/sys/fs/cgroup/unified/a", "/sys/fs/cgroup/blkio/a", "/sys/fs/cgroup/memory/a"}) {
    SCOPED_TRACE(path);
    const CgroupFilter filter = find_cgroup(path, files);
    expect_place(filter.tasks, 5, 1);
    expect_place(filter.io, 17, 1);
  }
}

TEST(FindCgroup, SaysWhereItIsNot) {
  const auto files = host(kHybrid, {{"/sys/fs/cgroup/unified/a", 5}});
  EXPECT_EQ(fault(find_cgroup("/a", files).io), "there is no cgroup /sys/fs/cgroup/blkio/a");
  EXPECT_EQ(fault(find_cgroup("/b", files).tasks), "there is no cgroup /sys/fs/cgroup/unified/b");
  EXPECT_EQ(fault(find_cgroup("/a", host("", {})).tasks), "cgroup v2 is not mounted");
}

TEST(FindCgroup, CountsTheLevelsAboveAPartThatIsMounted) {
  const auto files = host("30 23 0:26 /pod/app /cgroup rw - cgroup2 cgroup2 rw\n",
                          {{"/cgroup", 8}, {"/cgroup/job", 9}});
  expect_place(find_cgroup("/cgroup/job", files).tasks, 9, 3);
  expect_place(find_cgroup("/", files).tasks, 8, 2);
}

// The id of a cgroup is the same in all namespaces. How deep it is is not to be seen.
TEST(FindCgroup, KnowsNoLevelInACgroupNamespace) {
  for (const char* root : {"/", "/../.."}) {
    SCOPED_TRACE(root);
    const std::string mounts =
        "30 23 0:26 " + std::string(root) + " /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    auto files = host(mounts, {{"/sys/fs/cgroup/a", 70}});
    files.links["/proc/self/ns/cgroup"] = "cgroup:[4026532400]";
    expect_place(find_cgroup("/a", files).tasks, 70, std::nullopt);
    expect_place(find_cgroup("/a", files).io, 70, std::nullopt);
    EXPECT_EQ(fault(find_cgroup("/b", files).tasks), "there is no cgroup /sys/fs/cgroup/b");
  }
}

// A sidecar sees its own cgroup, and the host's where someone mounted them for it.
TEST(FindCgroup, LooksWhereverTheHierarchyIsMounted) {
  auto files = host(
      "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
      "31 23 0:26 /../.. /host/cgroup rw - cgroup2 cgroup2 rw\n",
      {{"/sys/fs/cgroup/app", 70}, {"/host/cgroup/app", 80}, {"/host/cgroup/other", 90}});
  files.links["/proc/self/ns/cgroup"] = "cgroup:[4026532400]";
  expect_place(find_cgroup("/app", files).tasks, 70, std::nullopt);
  expect_place(find_cgroup("/host/cgroup/app", files).tasks, 80, std::nullopt);
  expect_place(find_cgroup("/other", files).tasks, 90, std::nullopt);
}

}  // namespace
}  // namespace bpfpush
