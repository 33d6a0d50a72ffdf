#include "labels/device_names.hpp"

#include <gtest/gtest.h>

#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

constexpr std::uint32_t kSda = 8 << 8;

TEST(DeviceNames, AreWhatTheKernelCallsTheDevice) {
  FakeFilesystem filesystem;
  filesystem.links["/sys/dev/block/8:0"] = "../../devices/pci0000:00/ata1/host0/block/sda";
  filesystem.links["/sys/dev/block/259:1048575"] = "../../devices/nvme/nvme0n1";
  filesystem.links["/sys/dev/block/104:0"] = "../../devices/cciss!c0d0";
  DeviceNames names(filesystem);
  EXPECT_EQ(names.name(kSda), "sda");
  // new_encode_dev: the minor's low byte, the major, the rest of the minor.
  EXPECT_EQ(names.name((1048575 & 0xff) | (259 << 8) | ((1048575 & ~0xff) << 12)), "nvme0n1");
  EXPECT_EQ(names.name(104 << 8), "cciss/c0d0");
}

TEST(DeviceNames, OfADeviceThatIsNotThereAreEmpty) {
  FakeFilesystem filesystem;
  DeviceNames names(filesystem);
  EXPECT_EQ(names.name(kSda | 5), "");
  EXPECT_EQ(DeviceNames::number(kSda | 5), "8:5");
}

TEST(DeviceNames, HealAtTheNextCollection) {
  FakeFilesystem filesystem;
  DeviceNames names(filesystem);
  EXPECT_EQ(names.name(kSda), "");
  filesystem.links["/sys/dev/block/8:0"] = "block/sda";
  EXPECT_EQ(names.name(kSda), "") << "within one snapshot a device has one name";
  names.forget();
  EXPECT_EQ(names.name(kSda), "sda");
  filesystem.links["/sys/dev/block/8:0"] = "block/sdz";
  names.forget();
  EXPECT_EQ(names.name(kSda), "sdz") << "the number was taken over";
}

}  // namespace
}  // namespace bpfpush
