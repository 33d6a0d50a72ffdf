#include "labels/device_names.hpp"

#include <algorithm>

namespace bpfpush {

const std::string& DeviceNames::name(std::uint32_t device) {
  const auto [place, is_new] = names_.try_emplace(device);
  std::string& name = place->second;
  if (!is_new) return name;
  // The link's last component is the name the kernel gave: "../../devices/virtual/block/loop0".
  const auto target = filesystem_.read_link("/sys/dev/block/" + number(device));
  if (target) name = target->substr(target->rfind('/') + 1);
  // sysfs cannot have a slash in a name and writes "!" instead: "cciss!c0d0".
  std::replace(name.begin(), name.end(), '!', '/');
  return name;
}

std::string DeviceNames::number(std::uint32_t device) {
  const std::uint32_t major = (device >> 8) & 0xfff;
  const std::uint32_t minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return std::to_string(major) + ":" + std::to_string(minor);
}

}  // namespace bpfpush
