#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "env/filesystem.hpp"

namespace bpfpush {

// Adds the cgroups of the hierarchy that is mounted at `mount` to `paths`, by id; an id that is
// known keeps its path.
void walk_cgroups(const Filesystem& filesystem, const std::string& mount,
                  std::unordered_map<std::uint64_t, std::string>& paths);

// Cgroups whose path one of several regular expressions matches.
class MatchingCgroups {
 public:
  // kInvalidConfig, with RE2's words, for a regular expression that does not compile. `filesystem`
  // outlives this.
  static Result<MatchingCgroups> create(const std::vector<std::string>& regexps,
                                        const Filesystem& filesystem);

  // Those there are now, by id: of cgroup version 2, of which the BPF helpers speak, wherever it is
  // mounted, or of every hierarchy where it is not.
  std::map<std::uint64_t, std::string> find() const;

 private:
  MatchingCgroups(std::function<bool(std::string_view)> matches, const Filesystem& filesystem)
      : matches_(std::move(matches)), filesystem_(&filesystem) {}

  std::function<bool(std::string_view)> matches_;
  const Filesystem* filesystem_;
};

}  // namespace bpfpush
