#include "probe/cgroup_id_map.hpp"

#include <bpf/bpf.h>

#include <utility>

namespace bpfpush {

CgroupIdMap::CgroupIdMap(int map_fd, std::string name, Kind kind)
    : fd_(map_fd), name_(std::move(name)), kind_(kind) {
  if (kind_ != Kind::kHash) return;
  std::uint64_t id = 0;
  const void* place = nullptr;
  while (bpf_map_get_next_key(fd_, place, &id) == 0) {
    held_.insert(id);
    place = &id;
  }
}

Result<void> CgroupIdMap::add(std::uint64_t id, int folder_fd) {
  const std::uint64_t one = 1;
  const void* key = &folder_fd;
  if (kind_ == Kind::kHash) key = &id;
  if (bpf_map_update_elem(fd_, key, &one, BPF_ANY) != 0) {
    return last_system_error("writing cgroup_id_map " + name_);
  }
  held_.insert(id);
  return {};
}

void CgroupIdMap::remove(std::uint64_t id) {
  held_.erase(id);
  if (kind_ == Kind::kHash) (void)bpf_map_delete_elem(fd_, &id);
}

}  // namespace bpfpush
