#include "labels/pci_ids.hpp"

#include <gtest/gtest.h>

#include "labels/decoded.hpp"
#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

using namespace std::string_view_literals;

constexpr char kDatabase[] =
    "# a comment\n"
    "\n"
    "0e11  Compaq Computer Corporation\n"
    "\t0001  PCI to EISA Bridge\n"
    "8086  Intel Corporation\n"
    "\t1237  440FX - 82441FX PMC [Natoma]\n"
    "\t\t1af4 1100  Qemu virtual machine\n"
    "\t7000  82371SB PIIX3 ISA [Natoma/Triton II]\n"
    "ffff  Illegal Vendor ID\n"
    "C 01  Mass storage controller\n"
    "\t06  SATA controller\n"
    "\t\t01  AHCI 1.0\n"
    "C 02  Network controller\n"
    "\t00  Ethernet controller\n";

class PciIdsTest : public testing::Test {
 protected:
  PciIdsTest() { filesystem_.files[kPath] = kDatabase; }

  static constexpr char kPath[] = "/usr/share/misc/pci.ids";
  FakeFilesystem filesystem_;
};

TEST_F(PciIdsTest, AreWhatTheDecodersShow) {
  struct Case {
    const char* decoder;
    std::string_view number;
    const char* want;
  };
  const Case cases[] = {
      {"pci_vendor", "32902", "Intel Corporation"},
      {"pci_vendor", "3601", "Compaq Computer Corporation"},  // 0x0e11: four digits
      {"pci_vendor", "65535", "Illegal Vendor ID"},
      {"pci_vendor", "1", "unknown pci vendor: 0x0001"},
      {"pci_vendor", "65536", "unknown pci vendor: 0x10000"},
      {"pci_device", "2156270135", "440FX - 82441FX PMC [Natoma]"},  // 0x80861237
      {"pci_device", "236978177", "unknown pci device: 0x0e200001"},
      {"pci_device", "235995137", "PCI to EISA Bridge"},  // 0x0e110001
      {"pci_device", "2156273665", "unknown pci device: 0x80862001"},
      {"pci_device", "2156272372", "unknown pci device: 0x80861af4"},
      {"pci_device", "18446744073709551615", "unknown pci device: 0xffffffffffffffff"},
      {"pci_class", "1", "Mass storage controller"},
      {"pci_class", "2", "Network controller"},
      {"pci_class", "9", "unknown pci class: 0x09"},
      {"pci_subclass", "262", "SATA controller"},  // 0x0106
      {"pci_subclass", "512", "Ethernet controller"},
      {"pci_subclass", "258", "unknown pci subclass: 0x02 (class 0x01)"},
      {"pci_subclass", "2304", "unknown pci class: 0x09"},
      {"pci_vendor", "x", "unknown pci id: x"},
      {"pci_class", "", "unknown pci id: "},
  };
  HostNames names(filesystem_);
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.decoder) + " of " + std::string(c.number));
    EXPECT_EQ(decoded({{"string"}, {c.decoder}}, c.number, names), c.want);
  }
}

TEST_F(PciIdsTest, AreMissedWithoutADatabase) {
  filesystem_.files.clear();
  HostNames names(filesystem_);
  for (const char* decoder : {"pci_vendor", "pci_device", "pci_class", "pci_subclass"}) {
    EXPECT_EQ(decoded({{"uint"}, {decoder}}, "\x01"sv, names), "missing pci.ids db");
  }
}

TEST_F(PciIdsTest, MayBeWhereOtherDistributionsHaveThem) {
  filesystem_.files["/usr/share/hwdata/pci.ids"] = filesystem_.files[kPath];
  filesystem_.files.erase(kPath);
  PciIds ids(filesystem_);
  EXPECT_EQ(ids.vendor(0x8086), "Intel Corporation");
}

TEST_F(PciIdsTest, AreReadWhileANumberIsNewOrUnknown) {
  PciIds ids(filesystem_);
  for (std::uint64_t id = 0; id < 100; ++id) ids.vendor(id);
  ids.vendor(0x8086);
  EXPECT_EQ(filesystem_.reads[kPath], 1) << "once per collection";
  ids.begin_collection();
  ids.vendor(0x8086);
  EXPECT_EQ(filesystem_.reads[kPath], 1) << "its name is known";
  ids.begin_collection();
  ids.vendor(1);
  EXPECT_EQ(filesystem_.reads[kPath], 2) << "it may have one by now";
  ids.begin_collection();
  ids.vendor(0x8086);
  EXPECT_EQ(filesystem_.reads[kPath], 3) << "the last collection did not use it";
}

}  // namespace
}  // namespace bpfpush
