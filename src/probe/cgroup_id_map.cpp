#include "probe/cgroup_id_map.hpp"

#include <bpf/bpf.h>

namespace bpfpush {

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
