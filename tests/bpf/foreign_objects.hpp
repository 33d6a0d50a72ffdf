#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mount.h>

#include <memory>
#include <string>

#include "env/file_descriptor.hpp"
#include "support/temporary_directory.hpp"
#include "test_object.hpp"

// Another process' maps, in the tests' own.
namespace bpfpush {

// A BPF file system, mounted for as long as this lives.
class BpfFilesystem {
 public:
  BpfFilesystem() {
    is_mounted_ = ::mount("bpf", directory_.path().c_str(), "bpf", 0, nullptr) == 0;
    EXPECT_TRUE(is_mounted_);
  }
  BpfFilesystem(const BpfFilesystem&) = delete;
  BpfFilesystem& operator=(const BpfFilesystem&) = delete;
  ~BpfFilesystem() {
    if (is_mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }

 private:
  TemporaryDirectory directory_;
  bool is_mounted_ = false;
};

// The maps of foreign.bpf.c.
class ForeignMaps {
 public:
  ForeignMaps() {
    const auto bytes = test_object("foreign");
    object_.reset(bpf_object__open_mem(bytes.data(), bytes.size(), nullptr));
    EXPECT_EQ(bpf_object__load(object_.get()), 0);
  }

  int fd(const std::string& map) const {
    return bpf_object__find_map_fd_by_name(object_.get(), map.c_str());
  }
  std::uint32_t id(const std::string& map) const {
    bpf_map_info info{};
    std::uint32_t size = sizeof info;
    EXPECT_EQ(bpf_obj_get_info_by_fd(fd(map), &info, &size), 0);
    return info.id;
  }
  template <typename Key, typename Value>
  void set(const std::string& map, const Key& key, const Value& value) const {
    EXPECT_EQ(bpf_map_update_elem(fd(map), &key, &value, BPF_ANY), 0) << map;
  }

 private:
  struct Close {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
  };
  std::unique_ptr<bpf_object, Close> object_;
};

}  // namespace bpfpush
