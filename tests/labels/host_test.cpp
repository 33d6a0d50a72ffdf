// The names that this very host gives: its loopback, its kernel's symbols, cgroups made here.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "env/posix_filesystem.hpp"
#include "labels/decoded.hpp"

namespace bpfpush {
namespace {

template <typename Integer>
std::string bytes_of(Integer value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// A cgroup for as long as this lives.
class TestCgroup {
 public:
  explicit TestCgroup(std::string path) : path_(std::move(path)) {
    is_made_ = ::mkdir(path_.c_str(), 0755) == 0;
  }
  TestCgroup(const TestCgroup&) = delete;
  ~TestCgroup() {
    if (is_made_) ::rmdir(path_.c_str());
  }

  bool is_made() const { return is_made_; }
  const std::string& path() const { return path_; }
  std::uint64_t id() const { return PosixFilesystem().inode_of(path_).value(); }

 private:
  std::string path_;
  bool is_made_ = false;
};

// A host that permits no file handles.
class WalkedFilesystem final : public Filesystem {
 public:
  Result<std::string> read_file(const std::string& path) const override {
    return real_.read_file(path);
  }
  Result<std::string> read_private_file(const std::string& path) const override {
    return real_.read_private_file(path);
  }
  Result<void> read_lines(const std::string& path,
                          const std::function<void(std::string_view)>& take) const override {
    return real_.read_lines(path, take);
  }
  Result<std::string> read_link(const std::string& path) const override {
    return real_.read_link(path);
  }
  Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) const override {
    return real_.list_directory(path);
  }
  Result<std::uint64_t> inode_of(const std::string& path) const override {
    return real_.inode_of(path);
  }
  Result<FileDescriptor> open_directory(const std::string& path) const override {
    return real_.open_directory(path);
  }
  Result<std::string> path_of_cgroup(const std::string& mount, std::uint64_t) const override {
    return system_error(EPERM, mount);
  }

 private:
  PosixFilesystem real_;
};

class HostLabels : public testing::Test {
 protected:
  PosixFilesystem filesystem_;
  HostNames names_{filesystem_};
};

TEST_F(HostLabels, NameTheLoopback) {
  EXPECT_EQ(decoded({{"ifname"}}, bytes_of<std::uint32_t>(1), names_), "lo");
}

TEST_F(HostLabels, NameAKernelSymbol) {
  std::uint64_t address = 0;
  ASSERT_TRUE(filesystem_.read_lines("/proc/kallsyms", [&](std::string_view line) {
    if (line.ends_with(" T schedule")) address = std::stoull(std::string(line), nullptr, 16);
  }));
  if (address == 0) GTEST_SKIP() << "this host does not show kernel addresses";
  EXPECT_EQ(decoded({{"ksym"}}, bytes_of(address), names_), "schedule");
  EXPECT_EQ(decoded({{"kstack"}}, bytes_of(address + 1), names_), "schedule");
}

// Makes a cgroup below `mount` whose number no hierarchy looked at earlier has; nothing if none can
// be made there.
std::unique_ptr<TestCgroup> make_cgroup(const std::string& mount, HostNames& names) {
  const std::string path = mount + "/bpfpush_labels_test_" + std::to_string(::getpid());
  for (int attempt = 0; attempt < 1'000; ++attempt) {  // each has another number
    auto cgroup = std::make_unique<TestCgroup>(path);
    if (!cgroup->is_made()) return nullptr;
    names.begin_collection();
    const std::string found = names.cgroups.path(cgroup->id());
    if (found.empty() || found == path) return cgroup;
  }
  return nullptr;
}

TEST_F(HostLabels, NameACgroupOfEveryHierarchyUntilItIsGone) {
  const WalkedFilesystem walked;
  HostNames walked_names(walked);
  int made = 0;
  for (const CgroupMount& mount :
       cgroup_mounts(filesystem_.read_file("/proc/self/mountinfo").value())) {
    SCOPED_TRACE(mount.path);
    auto cgroup = make_cgroup(mount.path, names_);
    if (!cgroup) continue;
    made += 1;
    const std::string id = bytes_of(cgroup->id());
    for (HostNames* names : {&names_, &walked_names}) {
      names->begin_collection();
      EXPECT_EQ(decoded({{"uint"}, {"cgroup"}}, id, *names), cgroup->path());
    }
    const std::string unknown = "unknown_cgroup_id:" + std::to_string(cgroup->id());
    cgroup.reset();
    for (HostNames* names : {&names_, &walked_names}) {
      names->begin_collection();
      EXPECT_EQ(decoded({{"uint"}, {"cgroup"}}, id, *names), unknown);
    }
  }
  if (made == 0) GTEST_SKIP() << "no cgroup can be made here";
}

}  // namespace
}  // namespace bpfpush
