#include "labels/series_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "support/bytes.hpp"
#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;

constexpr std::uint32_t kSda = 8 << 8;
constexpr std::uint32_t kSdb = kSda | 16;

class SeriesTableTest : public testing::Test {
 protected:
  // One collection of the given (device, row) entries.
  FamilySnapshot collect(
      const std::vector<std::pair<std::uint32_t, std::vector<std::uint64_t>>>& entries,
      const std::vector<std::uint64_t>& overflow = {0, 0}) {
    FamilySnapshot family{family_, {}, {}};
    names_.begin_collection();
    table_.begin();
    for (const auto& [device, row] : entries) table_.add(KeyBytes().add(device), row, family);
    table_.add_overflow(overflow, family);
    table_.end();
    return family;
  }

  static std::shared_ptr<const Family> make_family() {
    Family family;
    family.type = MetricType::kHistogram;
    family.label_names = {"device"};
    return std::make_shared<const Family>(family);  // no finite bounds: a row is the sum and +Inf
  }

  FakeFilesystem filesystem_;
  HostNames names_{filesystem_};
  std::shared_ptr<const Family> family_ = make_family();
  SeriesTable table_{
      KeyDecoder::create({4, {{"device", 0, 4, FieldKind::kUnsigned, {{"majorminor"}}, {}}}},
                         names_)
          .value()};
};

TEST_F(SeriesTableTest, ASeriesIsTheSameObjectFromCollectionToCollection) {
  const FamilySnapshot first = collect({{kSda, {5, 1}}, {kSdb, {6, 2}}});
  const FamilySnapshot second = collect({{kSdb, {7, 3}}, {kSda, {9, 2}}});
  ASSERT_EQ(second.series.size(), 2u);
  EXPECT_EQ(second.series[0], first.series[1]);
  EXPECT_EQ(second.series[1], first.series[0]);
  EXPECT_THAT(second.row(0), ElementsAre(7, 3));
  EXPECT_THAT(second.series[1]->label_values, ElementsAre("unknown:8:0"));
}

TEST_F(SeriesTableTest, KeysWithTheSameLabelsAreOneSeriesAddedUp) {
  filesystem_.links["/sys/dev/block/8:0"] = "x/sda";
  filesystem_.links["/sys/dev/block/8:16"] = "y/sda";
  const FamilySnapshot family = collect({{kSda, {5, 1}}, {kSdb, {6, 2}}});
  ASSERT_EQ(family.series.size(), 1u);
  EXPECT_THAT(family.row(0), ElementsAre(11, 3));
}

TEST_F(SeriesTableTest, ALabelHealsWhenItsNameIsKnown) {
  const FamilySnapshot before = collect({{kSda, {5, 1}}});
  filesystem_.links["/sys/dev/block/8:0"] = "block/sda";
  const FamilySnapshot after = collect({{kSda, {5, 1}}});
  EXPECT_THAT(before.series[0]->label_values, ElementsAre("unknown:8:0"));
  EXPECT_THAT(after.series[0]->label_values, ElementsAre("sda"));
}

TEST_F(SeriesTableTest, AKeyThatIsGoneIsForgotten) {
  const std::weak_ptr<const Series> gone = collect({{kSda, {5, 1}}, {kSdb, {6, 2}}}).series[0];
  EXPECT_FALSE(gone.expired());
  EXPECT_EQ(collect({{kSdb, {6, 2}}}).series.size(), 1u);
  EXPECT_TRUE(gone.expired());
}

TEST_F(SeriesTableTest, WhatFoundNoRoomIsASeriesOnceItHasCounted) {
  EXPECT_EQ(collect({{kSda, {5, 1}}}).series.size(), 1u);
  const FamilySnapshot family = collect({{kSda, {5, 1}}}, {40, 4});
  ASSERT_EQ(family.series.size(), 2u);
  EXPECT_THAT(family.series[1]->label_values, ElementsAre("other"));
  EXPECT_THAT(family.row(1), ElementsAre(40, 4));
}

TEST_F(SeriesTableTest, AKeyWhoseLabelSetIsDroppedIsLeftOut) {
  const DecoderSpec sda{"regexp", {}, false, {"^sda$"}, false};
  SeriesTable table(
      KeyDecoder::create({4, {{"device", 0, 4, FieldKind::kString, {sda}, {}}}}, names_).value());
  for (int collection = 0; collection < 2; ++collection) {
    FamilySnapshot family{family_, {}, {}};
    table.begin();
    table.add(KeyBytes().add(std::array<char, 4>{'s', 'd', 'a', '\0'}),
              std::vector<std::uint64_t>{5, 1}, family);
    table.add(KeyBytes().add(std::array<char, 4>{'s', 'd', 'b', '\0'}),
              std::vector<std::uint64_t>{6, 2}, family);
    table.end();
    ASSERT_EQ(family.series.size(), 1u);
    EXPECT_THAT(family.series[0]->label_values, ElementsAre("sda"));
    EXPECT_THAT(family.row(0), ElementsAre(5, 1));
  }
}

TEST_F(SeriesTableTest, ALabelThatIsNotUtf8IsCountedWhenItsSeriesAppears) {
  SeriesTable table(
      KeyDecoder::create({2, {{"name", 0, 2, FieldKind::kString, {}, {}}}}, names_).value());
  for (int collection = 0; collection < 3; ++collection) {
    FamilySnapshot family{family_, {}, {}};
    table.begin();
    table.add(KeyBytes().add(std::array<char, 2>{'a', '\xff'}), std::vector<std::uint64_t>{5, 1},
              family);
    table.end();
    EXPECT_THAT(family.series[0]->label_values, ElementsAre("a\uFFFD"));
  }
  EXPECT_EQ(table.repaired(), 1u);
}

}  // namespace
}  // namespace bpfpush
