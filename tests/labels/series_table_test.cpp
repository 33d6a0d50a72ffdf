#include "labels/series_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

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
    table_.end(family);
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
  SeriesTable make_table(MetricType type, std::size_t capacity = 8) {
    KeySchema schema{4, {{"device", 0, 4, FieldKind::kUnsigned, {{"majorminor"}}, {}}}};
    return {KeyDecoder::create(std::move(schema), names_).value(), type, capacity};
  }

  // What the series "unknown:8:0" and so on have, of a collection; none for those that are not
  // there.
  using Rows = std::map<std::string, std::vector<std::uint64_t>>;
  Rows rows(const std::vector<std::pair<std::uint32_t, std::vector<std::uint64_t>>>& entries,
            const std::vector<std::uint64_t>& overflow = {0, 0}) {
    const FamilySnapshot family = collect(entries, overflow);
    Rows rows;
    for (std::size_t i = 0; i < family.series.size(); ++i) {
      rows[family.series[i]->label_values[0]] = {family.row(i).begin(), family.row(i).end()};
    }
    return rows;
  }

  SeriesTable table_ = make_table(MetricType::kHistogram);
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
      KeyDecoder::create({4, {{"device", 0, 4, FieldKind::kString, {sda}, {}}}}, names_).value(),
      MetricType::kHistogram, 8);
  for (int collection = 0; collection < 2; ++collection) {
    FamilySnapshot family{family_, {}, {}};
    table.begin();
    table.add(KeyBytes().add(std::array<char, 4>{'s', 'd', 'a', '\0'}),
              std::vector<std::uint64_t>{5, 1}, family);
    table.add(KeyBytes().add(std::array<char, 4>{'s', 'd', 'b', '\0'}),
              std::vector<std::uint64_t>{6, 2}, family);
    table.end(family);
    ASSERT_EQ(family.series.size(), 1u);
    EXPECT_THAT(family.series[0]->label_values, ElementsAre("sda"));
    EXPECT_THAT(family.row(0), ElementsAre(5, 1));
  }
}

TEST_F(SeriesTableTest, ALabelThatIsNotUtf8IsCountedWhenItsSeriesAppears) {
  SeriesTable table(
      KeyDecoder::create({2, {{"name", 0, 2, FieldKind::kString, {}, {}}}}, names_).value(),
      MetricType::kHistogram, 8);
  for (int collection = 0; collection < 3; ++collection) {
    FamilySnapshot family{family_, {}, {}};
    table.begin();
    table.add(KeyBytes().add(std::array<char, 2>{'a', '\xff'}), std::vector<std::uint64_t>{5, 1},
              family);
    table.end(family);
    EXPECT_THAT(family.series[0]->label_values, ElementsAre("a\uFFFD"));
  }
  EXPECT_EQ(table.repaired(), 1u);
}

TEST_F(SeriesTableTest, AnEvictedKeyThatComesBackGoesOnFromWhereItWas) {
  (void)rows({{kSda, {50, 5}}});
  EXPECT_EQ(rows({}), Rows());
  EXPECT_EQ(rows({{kSda, {20, 1}}}), (Rows{{"unknown:8:0", {70, 6}}}));
  EXPECT_EQ(rows({{kSda, {30, 2}}}), (Rows{{"unknown:8:0", {80, 7}}}));
  (void)rows({});
  EXPECT_EQ(rows({{kSda, {1, 1}}}), (Rows{{"unknown:8:0", {81, 8}}})) << "a second time";
}

TEST_F(SeriesTableTest, AKeyThatBeginsAgainBetweenTwoReadsGoesOn) {
  (void)rows({{kSda, {50, 5}}});
  EXPECT_EQ(rows({{kSda, {60, 1}}}), (Rows{{"unknown:8:0", {110, 6}}})) << "one counter is enough";
  EXPECT_EQ(rows({{kSda, {60, 1}}}), (Rows{{"unknown:8:0", {110, 6}}})) << "no change is none";
}

TEST_F(SeriesTableTest, ASeriesOfSeveralKeysKeepsWhatAnEvictedOneCounted) {
  filesystem_.links["/sys/dev/block/8:0"] = "x/sda";
  filesystem_.links["/sys/dev/block/8:16"] = "y/sda";
  (void)rows({{kSda, {50, 5}}, {kSdb, {7, 2}}});
  EXPECT_EQ(rows({{kSdb, {8, 3}}}), (Rows{{"sda", {58, 8}}}));
  EXPECT_EQ(rows({{kSdb, {8, 3}}, {kSda, {1, 1}}}), (Rows{{"sda", {59, 9}}}));
}

TEST_F(SeriesTableTest, ARenamedSeriesTakesItsCountsAlong) {
  (void)rows({{kSda, {50, 5}}});
  filesystem_.links["/sys/dev/block/8:0"] = "block/sda";
  EXPECT_EQ(rows({{kSda, {51, 6}}}), (Rows{{"sda", {51, 6}}}));
  filesystem_.links.clear();
  EXPECT_EQ(rows({{kSda, {52, 7}}}), (Rows{{"unknown:8:0", {52, 7}}})) << "and brings them back";
}

TEST_F(SeriesTableTest, ASeriesThatLosesOneOfItsKeysToAnotherDoesNotGoDown) {
  filesystem_.links["/sys/dev/block/8:0"] = "x/sda";
  filesystem_.links["/sys/dev/block/8:16"] = "y/sda";
  (void)rows({{kSda, {50, 5}}, {kSdb, {7, 2}}});
  filesystem_.links["/sys/dev/block/8:16"] = "y/sdb";
  EXPECT_EQ(rows({{kSda, {50, 5}}, {kSdb, {8, 3}}}), (Rows{{"sda", {57, 7}}, {"sdb", {8, 3}}}));
}

TEST_F(SeriesTableTest, WhatFoundNoRoomGoesOnWhenItsMapIsReplaced) {
  (void)rows({}, {40, 4});
  EXPECT_EQ(rows({}, {10, 1}), (Rows{{"other", {50, 5}}}));
  EXPECT_EQ(rows({}, {0, 0}), Rows());
  EXPECT_EQ(rows({}, {1, 1}), (Rows{{"other", {51, 6}}}));
}

TEST_F(SeriesTableTest, TheBasesOfSeriesThatAreGoneAreBounded) {
  table_ = make_table(MetricType::kHistogram, 2);
  for (const std::uint32_t device : {1u, 2u, 3u}) (void)rows({{device, {9, 9}}});
  (void)rows({});
  EXPECT_EQ(rows({{1, {1, 1}}, {2, {1, 1}}, {3, {1, 1}}}),
            (Rows{{"unknown:0:1", {1, 1}}, {"unknown:0:2", {10, 10}}, {"unknown:0:3", {10, 10}}}))
      << "the one that was gone longest is forgotten";
}

TEST_F(SeriesTableTest, AGaugeMayGoDown) {
  table_ = make_table(MetricType::kGauge);
  (void)rows({{kSda, {50, 5}}, {kSdb, {1, 1}}});
  EXPECT_EQ(rows({{kSda, {20, 2}}}), (Rows{{"unknown:8:0", {20, 2}}}));
  EXPECT_EQ(rows({{kSdb, {3, 3}}}), (Rows{{"unknown:8:16", {3, 3}}}));
}

TEST_F(SeriesTableTest, NoSeriesGoesDownWhateverItsKeysDo) {
  table_ = make_table(MetricType::kHistogram, 16);
  std::mt19937 random(1);
  std::map<std::uint32_t, std::vector<std::uint64_t>> map;  // an LRU map of four keys
  Rows highest;
  for (int read = 0; read < 2'000; ++read) {
    const std::uint32_t device = random() % 16;
    if (map.size() == 4 && !map.contains(device)) map.erase(std::next(map.begin(), random() % 4));
    auto& row = map.try_emplace(device, std::vector<std::uint64_t>(2)).first->second;
    row[0] += random() % 100;
    row[1] += 1;
    for (const auto& [name, now] : rows({map.begin(), map.end()})) {
      auto& before = highest.try_emplace(name, now).first->second;
      ASSERT_GE(now[0], before[0]) << name << " in read " << read;
      ASSERT_GE(now[1], before[1]) << name << " in read " << read;
      before = now;
    }
  }
  std::uint64_t counted = 0;
  for (const auto& [name, row] : highest) counted += row[1];
  EXPECT_EQ(counted, 2'000u) << "something was counted twice, or not at all";
}

}  // namespace
}  // namespace bpfpush
