#include "agent/kept_cgroups.hpp"

#include <set>
#include <utility>

#include "base/log.hpp"
#include "env/file_descriptor.hpp"

namespace bpfpush {

Result<KeptCgroups> KeptCgroups::create(const Probe& probe, const std::string& map,
                                        CgroupIdMap::Kind kind, MatchingCgroups matching,
                                        const Filesystem& filesystem) {
  const auto facts = probe.facts(map);
  if (!facts) return facts.error();
  const std::size_t key_size =
      kind == CgroupIdMap::Kind::kHash ? sizeof(std::uint64_t) : sizeof(std::int32_t);
  if (facts->key_size != key_size || facts->value_size != sizeof(std::uint64_t)) {
    return Error(Errc::kInvalidConfig,
                 "map " + map + " has keys of " + std::to_string(facts->key_size) +
                     " bytes and values of " + std::to_string(facts->value_size) +
                     "; there must be " + std::to_string(key_size) + " and 8");
  }
  return KeptCgroups(probe.name(), map, kind, std::move(matching), filesystem);
}

void KeptCgroups::open(const Probe& probe) {
  map_.emplace(probe.map_fd(name_), name_, kind_);
  update();
}

void KeptCgroups::update() {
  if (!map_) return;
  const auto matching = matching_.find();
  const std::set<std::uint64_t> held = map_->held();
  for (const std::uint64_t id : held) {
    if (!matching.contains(id)) map_->remove(id);
  }
  for (const auto& [id, path] : matching) {
    if (held.contains(id)) continue;
    const Result<void> added = add(id, path);
    if (added || std::exchange(has_failed_, true)) continue;
    log::error("cgroup not taken into the map",
               {{"program", object_}, {"cgroup", path}, {"reason", added.error().message()}});
  }
}

Result<void> KeptCgroups::add(std::uint64_t id, const std::string& path) {
  if (kind_ == CgroupIdMap::Kind::kHash) return map_->add(id, -1);
  const auto folder = filesystem_->open_directory(path);
  if (!folder) return folder.error();
  return map_->add(id, folder->get());
}

}  // namespace bpfpush
