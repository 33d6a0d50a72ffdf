#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "env/filesystem.hpp"
#include "labels/matching_cgroups.hpp"
#include "probe/cgroup_id_map.hpp"
#include "probe/probe.hpp"

namespace bpfpush {

// Keeps a map of a program's in step with the cgroups that match: ebpf_exporter's cgroup_id_map.
class KeptCgroups {
 public:
  // Checks that the opened program `probe` has such a map. `filesystem` outlives this.
  static Result<KeptCgroups> create(const Probe& probe, const std::string& map,
                                    CgroupIdMap::Kind kind, MatchingCgroups matching,
                                    const Filesystem& filesystem);

  const std::string& object() const { return object_; }

  // The program is loaded: from now on there is a map to keep. It borrows its descriptor.
  void open(const Probe& probe);

  // Walks the cgroups, and takes in and out what came and went. What goes wrong is logged once.
  void update();

 private:
  KeptCgroups(std::string object, std::string map, CgroupIdMap::Kind kind, MatchingCgroups matching,
              const Filesystem& filesystem)
      : object_(std::move(object)),
        name_(std::move(map)),
        kind_(kind),
        matching_(std::move(matching)),
        filesystem_(&filesystem) {}

  Result<void> add(std::uint64_t id, const std::string& path);

  std::string object_;
  std::string name_;
  CgroupIdMap::Kind kind_;
  MatchingCgroups matching_;
  const Filesystem* filesystem_;
  std::optional<CgroupIdMap> map_;  // once it is loaded
  bool has_failed_ = false;
};

}  // namespace bpfpush
