// Objects that are none, that are damaged, and whose metrics cannot be: refused with a reason, and
// never a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/programs.hpp"
#include "env/posix_filesystem.hpp"
#include "probe/object_check.hpp"
#include "probe/probe.hpp"
#include "test_object.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

std::string open_failure(const std::string& name, std::span<const std::byte> object) {
  ProbeOptions options;
  options.name = name;
  options.object = object;
  options.where = "f.yaml:3";
  const auto probe = Probe::open(options);
  return probe ? "opened" : probe.error().message();
}

TEST(BrokenObject, IsRefusedWhereItIsNone) {
  const std::vector<std::byte> noise(100, std::byte{7});
  EXPECT_THAT(open_failure("noise", noise), HasSubstr("program noise is no BPF object"));
  EXPECT_THAT(open_failure("nothing", {}), HasSubstr("program nothing is no BPF object"));
}

TEST(BrokenObject, IsRefusedWhereverItIsCut) {
  const auto whole = test_object("observe");
  for (std::size_t size = 0; size < whole.size(); size += 61) {
    ASSERT_THAT(open_failure("cut", std::span(whole).first(size)),
                HasSubstr("f.yaml:3: program cut"))
        << size;
  }
}

// Any damage makes an object that opens, or a reason; sanitizers see the rest.
TEST(BrokenObject, IsOpenedOrRefusedWhateverItsBytes) {
  const auto whole = test_object("forms");
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 2'000; ++round) {
    auto damaged = whole;
    for (int edits = 1 + static_cast<int>(random() % 3); edits > 0; --edits) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    }
    refused += open_failure("damaged", damaged) == "opened" ? 0 : 1;
  }
  EXPECT_GT(refused, 20);
}

// "forms.bpf.c" has a struct of this name, which only BTF does.
TEST(BrokenObject, IsRefusedWhereItsBtfSpeaksOfTypesThatAreNotThere) {
  auto object = test_object("forms");
  constexpr unsigned char kMagic[] = {0x9f, 0xeb, 1, 0};
  const auto header = std::search(
      object.begin(), object.end(), std::begin(kMagic), std::end(kMagic),
      [](std::byte a, unsigned char b) { return std::to_integer<unsigned char>(a) == b; });
  ASSERT_NE(header, object.end());
  ASSERT_TRUE(check_object(object));
  // The first type is a pointer of the first map's, at the end of its 24 bytes of header and of its
  // name and kind: what it points to.
  std::fill_n(header + 24 + 8, 4, std::byte{0x7f});
  EXPECT_EQ(open_failure("forms", object),
            "f.yaml:3: program forms: its BTF is damaged; compile it again");
}

TEST(BrokenObject, IsRefusedWhereItDeclaresNoMetric) {
  const PosixFilesystem filesystem;
  Collector collector("ebpf", filesystem);
  Config config;
  config.programs.emplace_back().object = TEST_OBJECTS "/tracepoint_count.bpf.o";
  config.programs.back().where = "f.yaml:3";
  const Result<void> opened = open_programs(config, filesystem, collector);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message().find("f.yaml:3: /"), 0u);
  EXPECT_THAT(opened.error().message(), HasSubstr("tracepoint_count.bpf.o declares no metric"));
}

TEST(BrokenObject, SaysOfEachKeyWhyItIsNoLabels) {
  const auto bad_keys = test_object("bad_keys");
  const std::string faults = open_failure("bad_keys", bad_keys);
  for (const char* fault :
       {"metric with_bitfield: the key of map with_bitfield cannot become labels: field \"low\" is "
        "a bitfield",
        "field \"address\" is no integer, enum, char array or struct",
        "field \"either\" is no integer, enum, char array or struct",
        "field \"numbers\" is an array of something else than char",
        "field \"x\" stands twice in the key", "field \"le\" is a reserved label name",
        "field \"__name__\" is a reserved label name",
        "field \"temperature\" is no integer, enum, char array or struct",
        "metric with_nothing: the keys of map with_nothing have no bytes",
        "metric with_wide: the key of map with_wide cannot become labels: field \"address\" is "
        "wider than 64 bits",
        "metric with_many: the key of map with_many cannot become labels: field \"f12\" is one of "
        "too many",
        "metric without_type: the map without_type does not say what its keys are"}) {
    EXPECT_THAT(faults, HasSubstr(fault));
  }
}

}  // namespace
}  // namespace bpfpush
