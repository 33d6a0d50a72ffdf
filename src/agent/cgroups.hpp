#pragma once

#include <string>

#include "env/filesystem.hpp"
#include "probe/filter.hpp"

namespace bpfpush {

// The cgroup that `path` names, as it is now: "/system.slice" below where a hierarchy is mounted,
// or the whole path of its folder. Both mean the cgroup of that name in every hierarchy. kNotFound
// where it is not, with the folder that was looked for.
CgroupFilter find_cgroup(const std::string& path, const Filesystem& filesystem);

}  // namespace bpfpush
