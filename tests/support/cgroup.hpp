#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"
#include "env/file_descriptor.hpp"

namespace bpfpush {

// A cgroup that this test makes, and that goes with it. Its processes must have ended or left by
// then.
class Cgroup {
 public:
  // In the hierarchy that has this controller in cgroup v1; in cgroup v2 for "", and for a
  // controller that v1 does not have.
  static Result<Cgroup> create(const std::string& controller = "");
  // Below another, which must outlive it.
  Result<Cgroup> create_below() const;

  Cgroup(Cgroup&& other) noexcept;
  Cgroup& operator=(Cgroup&&) = delete;
  ~Cgroup();

  const std::string& name() const { return name_; }  // "/bpfpush-test-7", in the hierarchy
  std::string folder() const { return hierarchy_ + name_; }

  // Moves a process here. Fails the test if it cannot.
  void add(pid_t process) const;

 private:
  friend class InCgroup;
  static Result<Cgroup> create_at(const std::string& hierarchy, const std::string& parent);
  Cgroup(std::string hierarchy, std::string name);

  std::string hierarchy_;  // where it is mounted
  std::string name_;       // empty: moved from
};

// This process is in a cgroup while this lives, and in its hierarchy's root afterwards.
class InCgroup {
 public:
  explicit InCgroup(const Cgroup& cgroup);
  ~InCgroup();
  InCgroup(const InCgroup&) = delete;
  InCgroup& operator=(const InCgroup&) = delete;

 private:
  std::string hierarchy_;
};

// While this lives, this process sees what one in a container does: the cgroup it is in is the root
// of cgroup v2, mounted where the hierarchy is otherwise. It may have no other thread.
class InCgroupNamespace {
 public:
  InCgroupNamespace();
  ~InCgroupNamespace();
  InCgroupNamespace(const InCgroupNamespace&) = delete;
  InCgroupNamespace& operator=(const InCgroupNamespace&) = delete;

 private:
  FileDescriptor cgroups_, mounts_, folder_;  // to go back to
};

}  // namespace bpfpush
