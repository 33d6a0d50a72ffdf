#include "probe/attach.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace bpfpush {
namespace {

TEST(ParseSection, KnowsTheTwoThatLibbpfDoesNot) {
  struct Case {
    const char* section;
    std::optional<Section> want;
  };
  const Case cases[] = {
      {"xdp/eth0.5", XdpSection{"eth0.5"}},
      {"xdp/", std::nullopt},
      {"xdp", OtherSection{}},
      {"xdp/devmap", OtherSection{}},
      {"xdp.frags/cpumap", OtherSection{}},
      {"perf_event/type=0,config=3,frequency=99", PerfEventSection{0, 3, 99}},
      {"perf_event/type=4294967295,config=18446744073709551615,frequency=1",
       PerfEventSection{4294967295, 18446744073709551615u, 1}},
      {"perf_event/type=0,config=3", std::nullopt},
      {"perf_event/type=0,config=3,frequency=0", std::nullopt},
      {"perf_event/type=0,config=3,frequency=99,x=1", std::nullopt},
      {"perf_event/type=0x1,config=3,frequency=99", std::nullopt},
      {"perf_event/config=3,type=0,frequency=99", std::nullopt},
      {"perf_event/type=-1,config=3,frequency=99", std::nullopt},
      {"perf_event/", std::nullopt},
      {"perf_event", OtherSection{}},
      {"tp_btf/block_rq_insert", OtherSection{}},
      {"uprobe//proc/self/exe:post_attach_mark", OtherSection{}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.section);
    const auto section = parse_section(c.section);
    ASSERT_EQ(section.has_value(), c.want.has_value());
    if (section) {
      EXPECT_EQ(*section, *c.want);
    }
  }
}

}  // namespace
}  // namespace bpfpush
