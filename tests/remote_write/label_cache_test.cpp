#include "remote_write/label_cache.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/label_bytes.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

using testing::append;
using testing::decode;
using testing::labels_of;
using testing::make_series;
using testing::make_snapshot;
using testing::one_counter;
using testing::share;

using LabelBytesCache = LabelCache<FamilyLabelBytes, SeriesLabelBytes, const LabelOptions>;

const LabelOptions kNoOptions;

Snapshot counters(const std::shared_ptr<const Family>& family,
                  const std::vector<std::shared_ptr<const Series>>& series) {
  FamilySnapshot one{family, {}, {}};
  for (const auto& each : series) append(one, each, {1});
  return make_snapshot({std::move(one)});
}

TEST(LabelCache, EncodesTheLabelsOfASeriesOnce) {
  LabelBytesCache cache(kNoOptions);
  const auto family = share({.name = "a", .label_names = {"l"}});
  const auto series = make_series({"1"});
  cache.begin_pass();
  const SeriesLabelBytes& first = cache.of(family).of(series);
  cache.begin_pass();
  EXPECT_EQ(&cache.of(family).of(series), &first);
}

TEST(LabelCache, KeepsTheOtherSeriesWhenOneIsGone) {
  LabelBytesCache cache(kNoOptions);
  const auto family = share({.name = "a", .label_names = {"l"}});
  const auto stays = make_series({"stays"});
  const SeriesLabelBytes* first = nullptr;
  for (const char* value : {"1", "2", "3", "4"}) {
    cache.begin_pass();
    const SeriesLabelBytes& labels = cache.of(family).of(stays);
    if (first == nullptr) first = &labels;
    EXPECT_EQ(&labels, first);
    (void)cache.of(family).of(make_series({value}));
  }
}

// The encoder asks again for a series that did not fit into the request before.
TEST(LabelCache, CountsASeriesOnceHoweverOftenItIsAskedFor) {
  LabelBytesCache cache(kNoOptions);
  const auto family = share({.name = "a", .label_names = {"l"}});
  const auto stays = make_series({"stays"});
  auto goes = make_series({"goes"});
  const std::weak_ptr<const Series> gone = goes;
  cache.begin_pass();
  (void)cache.of(family).of(goes);
  goes.reset();
  for (int pass = 0; pass < 2; ++pass) {
    cache.begin_pass();
    (void)cache.of(family).of(stays);
    (void)cache.of(family).of(stays);
  }
  EXPECT_TRUE(gone.expired());
}

TEST(LabelCache, TellsOneSeriesOfTwoFamiliesApart) {
  LabelBytesCache cache(kNoOptions);
  const auto series = make_series({"1"});
  const auto a = share({.name = "a", .label_names = {"l"}});
  const auto b = share({.name = "b", .label_names = {"m"}});
  EXPECT_NE(cache.of(a).of(series).after_name(), cache.of(b).of(series).after_name());
}

TEST(LabelCache, ForgetsSeriesThatTheLastTwoSnapshotsDoNotHold) {
  LabelBytesCache cache(kNoOptions);
  const auto family = share({.name = "a", .label_names = {"l"}});
  const auto stays = make_series({"stays"});
  auto goes = make_series({"goes"});
  const std::weak_ptr<const Series> gone = goes;
  cache.begin_pass();
  (void)cache.of(family).of(stays);
  (void)cache.of(family).of(goes);
  goes.reset();
  EXPECT_FALSE(gone.expired());
  for (int pass = 0; pass < 2; ++pass) {
    cache.begin_pass();
    (void)cache.of(family).of(stays);
  }
  EXPECT_TRUE(gone.expired());
  EXPECT_EQ(stays.use_count(), 2) << "it has been forgotten too";
}

TEST(LabelCache, ForgetsFamiliesThatTheLastTwoSnapshotsDoNotHold) {
  LabelBytesCache cache(kNoOptions);
  auto family = share({.name = "a", .label_names = {"l"}});
  const std::weak_ptr<const Family> gone = family;
  cache.begin_pass();
  (void)cache.of(family).of(make_series({"1"}));
  family.reset();
  EXPECT_FALSE(gone.expired());
  cache.begin_pass();
  cache.begin_pass();
  EXPECT_TRUE(gone.expired());
}

TEST(LabelCache, DoesNotGrowWhenSnapshotsAreAbandonedHalfway) {
  Encoder encoder({.samples_max = 1});
  const auto family = share({.name = "a", .label_names = {"l"}});
  std::vector<std::weak_ptr<const Series>> known;
  for (int i = 0; i < 20; ++i) {
    const auto first = make_series({std::to_string(i)});
    known.push_back(first);
    (void)encoder.encode(counters(family, {first, make_series({"never sent"})}), {});
  }
  int alive = 0;
  for (const auto& one : known) alive += one.expired() ? 0 : 1;
  EXPECT_LE(alive, 2);
}

TEST(LabelCache, KeepsTheSeriesOfASnapshotSentInParts) {
  Encoder encoder({.samples_max = 1});
  const auto family = share({.name = "a", .label_names = {"l"}});
  const Snapshot snapshot = counters(family, {make_series({"1"}), make_series({"2"})});
  for (int pass = 0; pass < 3; ++pass) {
    for (std::size_t begin = 0; begin < 2; ++begin) {
      EXPECT_EQ(encoder.encode(snapshot, {.begin = begin}).next, begin + 1);
    }
  }
  // The snapshot, the labels, and the list of what may have to be ended.
  EXPECT_EQ(snapshot.families[0].series[0].use_count(), 3);
  EXPECT_EQ(snapshot.families[0].series[1].use_count(), 3);
}

// An allocator hands the address of what was just freed to the next of its size: were series told
// apart by address alone, the new one would go out under the labels of the old.
TEST(LabelCache, IsNotMisledByAnAddressUsedAgain) {
  Encoder encoder({});
  const auto family = share({.name = "a", .label_names = {"l"}});
  for (int i = 0; i < 100; ++i) {
    const std::string value = std::to_string(i);
    const Snapshot snapshot = counters(family, {make_series({value})});
    const auto request = decode(encoder.encode(snapshot, {}).body);
    ASSERT_EQ(labels_of(request.timeseries(0)), "{__name__=\"a\", l=\"" + value + "\"}");
  }
}

TEST(LabelCache, IsNotMisledByTheAddressOfAFamilyUsedAgain) {
  Encoder encoder({});
  for (int i = 0; i < 100; ++i) {
    const std::string name = "metric" + std::to_string(i);
    const Snapshot snapshot = counters(share({.name = name}), {make_series({})});
    const auto request = decode(encoder.encode(snapshot, {}).body);
    ASSERT_EQ(labels_of(request.timeseries(0)), "{__name__=\"" + name + "\"}");
  }
}

}  // namespace
}  // namespace bpfpush
