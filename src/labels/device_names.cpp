#include "labels/device_names.hpp"

namespace bpfpush {

const std::string& DeviceNames::name(std::uint32_t device) {
  const auto [place, is_new] = names_.try_emplace(device);
  if (!is_new) return place->second;
  const std::uint32_t major = (device >> 8) & 0xfff;
  const std::uint32_t minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  std::string& name = place->second;
  name = std::to_string(major) + ":" + std::to_string(minor);
  // The link's last component is the name the kernel gave: "../../devices/virtual/block/loop0".
  const auto target = filesystem_.read_link("/sys/dev/block/" + name);
  if (target) name = target->substr(target->rfind('/') + 1);
  // sysfs cannot have a slash in a name and writes "!" instead: "cciss!c0d0".
  for (char& c : name) {
    if (c == '!') c = '/';
  }
  return name;
}

}  // namespace bpfpush
