#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "env/filesystem.hpp"

namespace bpfpush {

// Block devices' names by number, as user space writes the number (new_encode_dev: what stat(2)
// calls st_rdev).
class DeviceNames {
 public:
  explicit DeviceNames(const Filesystem& filesystem) : filesystem_(filesystem) {}

  // "sda" for 8:0, from /sys/dev/block; "" where the kernel knows no such device (any more).
  const std::string& name(std::uint32_t device);

  // "8:0"
  static std::string number(std::uint32_t device);

  // Forgets every name. Called before each collection: a name is looked up once for a snapshot, so
  // a device that appears late, or takes over another's number, is right in the next one, and
  // nothing grows.
  void forget() { names_.clear(); }

 private:
  const Filesystem& filesystem_;
  std::unordered_map<std::uint32_t, std::string> names_;
};

}  // namespace bpfpush
