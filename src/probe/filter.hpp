#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "probe/rodata.hpp"
#include "snapshot/key_schema.hpp"

namespace bpfpush {

// Where a cgroup is in one hierarchy, as the kernel knows it.
struct CgroupPlace {
  std::uint64_t id = 0;  // its folder's inode
  // The root's is 0. Absent where the hierarchy cannot be seen from its root, as in a cgroup
  // namespace: then a program looks at all levels, which takes longer.
  std::optional<std::uint32_t> level;
};

// A cgroup with all that is below it. Tasks and block I/O may be in different hierarchies: an error
// is for the programs that need that one.
struct CgroupFilter {
  Result<CgroupPlace> tasks;  // in cgroup v2
  Result<CgroupPlace> io;     // in the hierarchy with the controller of block I/O
};

// The number that stands in keys where the label is to have this value.
using NumberOfLabel =
    std::function<Result<std::uint64_t>(const KeyField& field, const std::string& value)>;

// What alone a program is to observe. What it does not observe touches none of its maps.
struct FilterOptions {
  std::optional<CgroupFilter> cgroup;
  std::map<std::string, std::vector<std::string>> only;  // by label: the values it may have
  NumberOfLabel number_of_label;                         // for labels in `only` that are no texts
};

// Sets the filters that an object declares with bpf/filter.bpf.h among its constants. `fields` are
// those of its metrics' keys. Returns what is wrong with the options: kNotFound for a filter that
// the object does not have, with those it has.
std::vector<Error> set_filters(Rodata& rodata, const std::vector<KeyField>& fields,
                               const FilterOptions& options);

}  // namespace bpfpush
