#include "receiver/store.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

namespace bpfpush {
namespace {

TEST(Store, FindsASeriesByItsLabelsInAnyOrder) {
  Store store;
  store.add({{"device", "sda"}, {"__name__", "io"}, {"operation", "read"}}, {1, 1000});
  const Sample* found = store.find({{"operation", "read"}, {"device", "sda"}, {"__name__", "io"}});
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, (Sample{1, 1000}));
  EXPECT_EQ(store.find({{"__name__", "io"}}), nullptr);
  EXPECT_EQ(store.find({{"__name__", "other"}}), nullptr);
  EXPECT_EQ(store.series_count(), 1u);
}

TEST(Store, KeepsTheNewestSampleOfASeries) {
  struct Case {
    const char* name;
    Sample second;
    Sample want;
    std::uint64_t want_ignored;
  };
  const Case cases[] = {
      {"newer replaces older", {2, 1001}, {2, 1001}, 0},
      {"older is ignored", {2, 999}, {1, 1000}, 1},
      {"of one timestamp the first stays", {2, 1000}, {1, 1000}, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Store store;
    store.add({{"__name__", "up"}}, {1, 1000});
    store.add({{"__name__", "up"}}, c.second);
    EXPECT_EQ(*store.find({{"__name__", "up"}}), c.want);
    EXPECT_EQ(store.samples_ignored(), c.want_ignored);
    EXPECT_EQ(store.series_count(), 1u);
  }
}

TEST(Store, CountsWhatIsBeyondItsBoundAndKeepsUpdatingWhatItHas) {
  Store store(2);
  store.add({{"__name__", "a"}}, {1, 1000});
  store.add({{"__name__", "a"}, {"x", "1"}}, {1, 1000});
  store.add({{"__name__", "a"}, {"x", "2"}}, {1, 1000});
  store.add({{"__name__", "b"}}, {1, 1000});
  store.add({{"__name__", "a"}}, {2, 2000});
  EXPECT_EQ(store.series_count(), 2u);
  EXPECT_EQ(store.samples_dropped(), 2u);
  EXPECT_EQ(store.metrics().size(), 1u);
  EXPECT_EQ(store.find({{"__name__", "a"}})->value, 2);
}

TEST(Store, KeepsTheNewestNativeHistogramBesideTheSamples) {
  Store store;
  ReceivedHistogram histogram;
  histogram.timestamp = 1000;
  store.add_native({{"__name__", "io"}}, histogram);
  store.add({{"__name__", "io"}}, {5, 1000});
  histogram.timestamp = 2000;
  store.add_native({{"__name__", "io"}}, histogram);
  histogram.timestamp = 1500;
  store.add_native({{"__name__", "io"}}, histogram);
  ASSERT_NE(store.find_native({{"__name__", "io"}}), nullptr);
  EXPECT_EQ(store.find_native({{"__name__", "io"}})->timestamp, 2000);
  EXPECT_EQ(store.find({{"__name__", "io"}})->value, 5);
  EXPECT_EQ(store.samples_ignored(), 1u);
  EXPECT_EQ(store.series_count(), 2u);
}

TEST(Store, KeepsTheLatestDescriptionOfAFamily) {
  Store store(1);
  store.describe("io", {"counter", "old"});
  store.describe("io", {"gauge", "new"});
  store.describe("one_too_many", {"gauge", ""});
  const Store::Families want = {{"io", {"gauge", "new"}}};
  EXPECT_EQ(store.families(), want);
}

TEST(Sample, IsStaleOnlyWithTheMarkersBits) {
  EXPECT_TRUE(is_stale(Sample{std::bit_cast<double>(0x7ff0000000000002), 0}));
  EXPECT_FALSE(is_stale(Sample{std::nan(""), 0}));
  EXPECT_FALSE(is_stale(Sample{0, 0}));
  ReceivedHistogram ended;
  EXPECT_FALSE(is_stale(ended));
  ended.sum = std::bit_cast<double>(0x7ff0000000000002);
  EXPECT_TRUE(is_stale(ended));
}

}  // namespace
}  // namespace bpfpush
