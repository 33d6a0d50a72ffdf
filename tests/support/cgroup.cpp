#include "support/cgroup.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <utility>

#include "support/eventually.hpp"

namespace bpfpush {
namespace {

void move_to(const std::string& folder, pid_t process) {
  EXPECT_TRUE(std::ofstream(folder + "/cgroup.procs") << process << std::flush) << folder;
}

// Where the hierarchy is mounted that Cgroup::create() describes; "" if there is none.
std::string find_hierarchy(const std::string& controller) {
  std::string found;
  std::ifstream mounts("/proc/self/mounts");
  std::string device, path, type, options, rest;
  while (mounts >> device >> path >> type >> options && std::getline(mounts, rest)) {
    if (type == "cgroup2" && found.empty()) found = path;
    const bool has = ("," + options + ",").find("," + controller + ",") != std::string::npos;
    if (type == "cgroup" && !controller.empty() && has) found = path;
  }
  return found;
}

FileDescriptor open_here(const char* path) {
  return FileDescriptor(::open(path, O_RDONLY | O_CLOEXEC));
}

}  // namespace

Result<Cgroup> Cgroup::create(const std::string& controller) {
  const std::string found = find_hierarchy(controller);
  if (found.empty()) return Error(Errc::kUnsupported, "no cgroup hierarchy is mounted");
  return create_at(found, "");
}

Result<Cgroup> Cgroup::create_below() const {
  return create_at(hierarchy_, name_);
}

Result<Cgroup> Cgroup::create_at(const std::string& hierarchy, const std::string& parent) {
  static int count = 0;
  const std::string name =
      parent + "/bpfpush-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  if (::mkdir((hierarchy + name).c_str(), 0755) != 0) return last_system_error(hierarchy + name);
  return Cgroup(hierarchy, name);
}

Cgroup::Cgroup(std::string hierarchy, std::string name)
    : hierarchy_(std::move(hierarchy)), name_(std::move(name)) {}

Cgroup::Cgroup(Cgroup&& other) noexcept
    : hierarchy_(std::move(other.hierarchy_)), name_(std::exchange(other.name_, "")) {}

Cgroup::~Cgroup() {
  if (name_.empty()) return;
  // The kernel takes a moment to see that the last process has gone.
  const auto removed = [this] { return ::rmdir(folder().c_str()) == 0; };
  EXPECT_TRUE(eventually(std::chrono::seconds(30), removed)) << folder();
}

void Cgroup::add(pid_t process) const {
  move_to(folder(), process);
}

InCgroup::InCgroup(const Cgroup& cgroup) : hierarchy_(cgroup.hierarchy_) {
  cgroup.add(::getpid());
}

InCgroup::~InCgroup() {
  move_to(hierarchy_, ::getpid());
}

InCgroupNamespace::InCgroupNamespace()
    : cgroups_(open_here("/proc/self/ns/cgroup")),
      mounts_(open_here("/proc/self/ns/mnt")),
      folder_(open_here(".")) {
  const std::string hierarchy = find_hierarchy("");
  EXPECT_EQ(::unshare(CLONE_NEWCGROUP | CLONE_NEWNS), 0);
  EXPECT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  EXPECT_EQ(::umount2(hierarchy.c_str(), MNT_DETACH), 0) << hierarchy;
  EXPECT_EQ(::mount("none", hierarchy.c_str(), "cgroup2", 0, nullptr), 0) << hierarchy;
}

InCgroupNamespace::~InCgroupNamespace() {
  EXPECT_EQ(::setns(mounts_.get(), CLONE_NEWNS), 0);
  EXPECT_EQ(::setns(cgroups_.get(), CLONE_NEWCGROUP), 0);
  EXPECT_EQ(::fchdir(folder_.get()), 0);
}

}  // namespace bpfpush
