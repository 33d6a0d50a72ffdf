// Maps of cgroups that ebpf_exporter's configurations ask for, kept in a real kernel.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>

#include <cstdint>
#include <optional>
#include <set>

#include "exporter_fixture.hpp"
#include "probe/post_attach_mark.hpp"
#include "support/cgroup.hpp"

namespace bpfpush {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

class ExporterCgroups : public ExporterTest {};

std::set<std::uint64_t> keys_of(int map_fd) {
  std::set<std::uint64_t> keys;
  std::uint64_t key = 0;
  for (int error = bpf_map_get_next_key(map_fd, nullptr, &key); error == 0;
       error = bpf_map_get_next_key(map_fd, &key, &key)) {
    keys.insert(key);
  }
  return keys;
}

TEST_F(ExporterCgroups, KeepsTheMapOfCgroupsInStep) {
  auto before = std::optional(Cgroup::create().value());
  const auto id_of = [&](const Cgroup& cgroup) {
    return filesystem_.inode_of(cgroup.folder()).value();
  };
  const std::uint64_t id_before = id_of(*before);
  load({"cgroups"});
  const int map = own_map_fd("our_cgroups");
  EXPECT_THAT(keys_of(map), Contains(id_before));
  const Cgroup later = Cgroup::create().value();
  (void)lines();
  EXPECT_THAT(keys_of(map), Contains(id_of(later)));
  EXPECT_THAT(keys_of(map), Not(Contains(filesystem_.inode_of("/sys/fs/cgroup").value())));
  before.reset();
  (void)lines();
  EXPECT_THAT(keys_of(map), Not(Contains(id_before)));
}

TEST_F(ExporterCgroups, KeepsTheStorageOfCgroupsInStep) {
  constexpr auto kCgroupStorage = static_cast<bpf_map_type>(32);  // BPF_MAP_TYPE_CGRP_STORAGE
  if (libbpf_probe_bpf_map_type(kCgroupStorage, nullptr) != 1) {
    GTEST_SKIP() << "this kernel, before 6.2, has no such maps";
  }
  const Cgroup before = Cgroup::create().value();
  load({"stored"});
  const ProgramStatus status = status_of("mark_in_storage");
  ASSERT_TRUE(status.attached) << status.reason;
  const auto mark_in = [](const Cgroup& cgroup) {
    const InCgroup member(cgroup);
    post_attach_mark();
  };
  mark_in(before);
  const Cgroup later = Cgroup::create().value();
  (void)lines();
  mark_in(later);
  mark_in(later);
  post_attach_mark();
  EXPECT_THAT(lines("stored_marks"), IsSupersetOf({"ebpf_exporter_stored_marks{ours=\"0\"} 2",
                                                   "ebpf_exporter_stored_marks{ours=\"1\"} 3"}))
      << "the mark itself is one of no cgroup of ours";
}

TEST_F(ExporterCgroups, RefusesAMapThatIsNoneOfCgroups) {
  EXPECT_THAT(open({"nocgroups"}),
              HasSubstr("nocgroups.yaml:5: cgroup_id_map: map marks has keys of 4 bytes"));
}

}  // namespace
}  // namespace bpfpush
