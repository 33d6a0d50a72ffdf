#include "labels/interface_names.hpp"

#include <gtest/gtest.h>

#include "labels/decoded.hpp"
#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

using namespace std::string_view_literals;

class InterfaceNamesTest : public testing::Test {
 protected:
  void add(const std::string& name, int index) {
    filesystem_.directories["/sys/class/net"] = 1;
    filesystem_.directories["/sys/class/net/" + name] = 2;
    filesystem_.files["/sys/class/net/" + name + "/ifindex"] = std::to_string(index) + "\n";
  }
  void remove(const std::string& name) {
    filesystem_.directories.erase("/sys/class/net/" + name);
    filesystem_.files.erase("/sys/class/net/" + name + "/ifindex");
  }

  FakeFilesystem filesystem_;
  InterfaceNames names_{filesystem_};
};

TEST_F(InterfaceNamesTest, AreThoseOfTheIndices) {
  add("lo", 1);
  add("eth0", 12);
  filesystem_.directories["/sys/class/net/bonding_masters"] = 3;  // no interface
  EXPECT_EQ(names_.name(1), "lo");
  EXPECT_EQ(names_.name(12), "eth0");
  EXPECT_EQ(names_.name(2), "");
  EXPECT_EQ(names_.name(0), "");
}

TEST_F(InterfaceNamesTest, AreReadOncePerCollectionHoweverManyAreUnknown) {
  add("lo", 1);
  for (std::uint32_t index = 1; index < 100; ++index) names_.name(index);
  EXPECT_EQ(filesystem_.lists["/sys/class/net"], 1);
  EXPECT_EQ(filesystem_.reads["/sys/class/net/lo/ifindex"], 1);
}

TEST_F(InterfaceNamesTest, HealAtTheNextCollection) {
  add("lo", 1);
  EXPECT_EQ(names_.name(2), "");
  add("veth0", 2);
  names_.forget();
  EXPECT_EQ(names_.name(2), "veth0");
  remove("veth0");
  add("veth1", 2);
  names_.forget();
  EXPECT_EQ(names_.name(2), "veth1") << "the index was taken over";
  remove("veth1");
  names_.forget();
  EXPECT_EQ(names_.name(2), "");
}

TEST_F(InterfaceNamesTest, AreUnknownWhereThereIsNoSysfs) {
  EXPECT_EQ(names_.name(1), "");
}

TEST_F(InterfaceNamesTest, AreWhatIfnameShows) {
  add("lo", 1);
  HostNames names(filesystem_);
  EXPECT_EQ(decoded({{"ifname"}}, "\1\0\0\0"sv, names), "lo");
  EXPECT_EQ(decoded({{"ifname"}}, "\1\0\0\0\7\7"sv, names), "lo");
  EXPECT_EQ(decoded({{"ifname"}}, "\2\0\0\0"sv, names), "unknown:2");
  EXPECT_EQ(decoded({{"ifname"}}, "\xff\xff\xff\xff"sv, names), "unknown:4294967295");
}

}  // namespace
}  // namespace bpfpush
