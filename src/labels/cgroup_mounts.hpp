#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bpfpush {

// A cgroup file system, or a part of one, where this process sees it.
struct CgroupMount {
  bool is_v2 = false;
  std::string root;     // what of the hierarchy is mounted; "/" for all of it
  std::string path;     // where
  std::string options;  // the controllers of a version 1 are among them: "rw,blkio"

  bool has_option(std::string_view option) const;
};

// Where cgroup file systems are mounted, version 2 first, by the text of /proc/self/mountinfo.
std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo);

}  // namespace bpfpush
