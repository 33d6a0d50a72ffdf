#include "remote_write/native_histogram.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "remote_write/snapshots.hpp"
#include "remote_write_2.pb.h"

namespace bpfpush {
namespace {

using testing::share;
using Histogram = io::prometheus::write::v2::Histogram;
using Row = std::vector<std::uint64_t>;  // a sum, then the buckets
using Buckets = std::map<int, std::uint64_t>;

std::shared_ptr<const Family> histogram(std::vector<double> bounds, bool has_sum = true) {
  return share({.name = "latency",
                .type = MetricType::kHistogram,
                .bounds = std::move(bounds),
                .divisor = 1000,
                .has_sum = has_sum});
}

Histogram encode(const Family& family, const NativeLayout& layout, const Row& row,
                 std::size_t buckets_max = 160) {
  NativeHistogram writer(buckets_max);
  const std::string bytes(writer.encode(family, layout, row, {.timestamp = 5000, .start = 4000}));
  Histogram message;
  EXPECT_TRUE(message.ParseFromString(bytes));
  EXPECT_EQ(message.SerializeAsString(), bytes);
  EXPECT_EQ(message.timestamp(), 5000);
  EXPECT_EQ(message.start_timestamp(), 4000);
  return message;
}

// As a receiver reads spans and deltas.
Buckets buckets_of(const Histogram& message) {
  Buckets buckets;
  int index = 0;
  int delta = 0;
  std::int64_t count = 0;
  for (const auto& span : message.positive_spans()) {
    index += span.offset();
    for (std::uint32_t i = 0; i < span.length(); ++i) {
      count += message.positive_deltas(delta++);
      if (count > 0) buckets[index] = static_cast<std::uint64_t>(count);
      ++index;
    }
  }
  EXPECT_EQ(delta, message.positive_deltas_size());
  return buckets;
}

TEST(NativeHistogram, HoldsEachBucketUnderItsIndex) {
  const auto family = histogram({0.25, 0.5, 1, 2, 4, 8, 16, 32});
  const auto layout = exponential_layout(family->bounds);
  const auto message = encode(*family, *layout, {2500, 3, 0, 7, 0, 0, 5, 0, 0, 0});
  EXPECT_EQ(message.count_int(), 15u);
  EXPECT_EQ(message.sum(), 2.5);
  EXPECT_EQ(message.schema(), 0);
  EXPECT_EQ(message.zero_threshold(), 0.25);
  EXPECT_EQ(message.zero_count_int(), 3u);
  EXPECT_EQ(buckets_of(message), (Buckets{{0, 7}, {3, 5}}));  // up to 1, and up to 8
  EXPECT_EQ(message.positive_spans_size(), 1) << "a gap of two is not worth a span";
}

// Above the largest number there is: under no bound that it may exceed.
TEST(NativeHistogram, HoldsWhatExceedsTheLastBoundUnderInfinity) {
  const auto family = histogram({1, 2});
  const auto message = encode(*family, *exponential_layout(family->bounds), {1, 0, 0, 4});
  EXPECT_EQ(buckets_of(message), (Buckets{{1025, 4}}));
  EXPECT_TRUE(std::isinf(std::ldexp(1.0, 1025 - 1)) && std::isfinite(std::ldexp(1.0, 1025 - 2)));
}

TEST(NativeHistogram, HoldsBuckets0And1TogetherBehindABoundOfZero) {
  const auto family = histogram({0, 1, 2});
  const auto message = encode(*family, *exponential_layout(family->bounds), {1, 2, 3, 4, 0});
  EXPECT_EQ(message.zero_count_int(), 5u);
  EXPECT_EQ(message.zero_threshold(), 1);
  EXPECT_EQ(buckets_of(message), (Buckets{{1, 4}}));
}

TEST(NativeHistogram, HalvesItsResolutionUntilTheBucketsAreFewEnough) {
  std::vector<double> bounds;
  for (int i = 0; i <= 16; ++i) bounds.push_back(std::exp2(i / 8.0));
  const auto family = histogram(bounds);
  Row row(family->row_size(), 1);
  const auto layout = exponential_layout(bounds);
  struct Case {
    std::size_t buckets_max;
    int schema;
    Buckets expected;
  };
  const Case cases[] = {
      {9, 2, {{1, 2}, {2, 2}, {3, 2}, {4, 2}, {5, 2}, {6, 2}, {7, 2}, {8, 2}, {4097, 1}}},
      {5, 1, {{1, 4}, {2, 4}, {3, 4}, {4, 4}, {2049, 1}}},
      {3, 0, {{1, 8}, {2, 8}, {1025, 1}}},
      {2, -1, {{1, 16}, {513, 1}}},
      {1, -4, {{1, 16}, {65, 1}}},  // it cannot be less
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.buckets_max);
    const auto message = encode(*family, *layout, row, c.buckets_max);
    EXPECT_EQ(message.schema(), c.schema);
    EXPECT_EQ(buckets_of(message), c.expected);
    EXPECT_EQ(message.count_int(), 18u);
    EXPECT_EQ(message.zero_count_int(), 1u);
    EXPECT_EQ(message.zero_threshold(), 1);
  }
  EXPECT_EQ(encode(*family, *layout, row, 17).schema(), 3);
}

TEST(NativeHistogram, HasTheFamilysOwnBoundsAsCustomBuckets) {
  const auto family = histogram({0.1, 0.25, 7});
  const auto message = encode(*family, custom_layout(family->bounds, 160), {99, 1, 2, 0, 4});
  EXPECT_EQ(message.schema(), -53);
  EXPECT_EQ(message.zero_threshold(), 0);
  EXPECT_FALSE(message.has_zero_count_int());
  EXPECT_EQ(buckets_of(message), (Buckets{{0, 1}, {1, 2}, {3, 4}}));
  EXPECT_EQ(std::vector<double>(message.custom_values().begin(), message.custom_values().end()),
            family->bounds);
}

TEST(NativeHistogram, OfNothingHasNoBuckets) {
  const auto family = histogram({1, 2});
  const auto message = encode(*family, *exponential_layout(family->bounds), {0, 0, 0, 0});
  EXPECT_TRUE(message.has_count_int());
  EXPECT_TRUE(message.has_zero_count_int());
  EXPECT_EQ(message.positive_spans_size(), 0);
  EXPECT_EQ(message.positive_deltas_size(), 0);
}

TEST(NativeHistogram, HoldsCountsOfAnyMagnitude) {
  const auto family = histogram({1, 2, 4});
  constexpr std::uint64_t kLarge = std::uint64_t{1} << 61;
  const auto message =
      encode(*family, *exponential_layout(family->bounds), {0, 0, kLarge, 1, kLarge});
  EXPECT_EQ(buckets_of(message), (Buckets{{1, kLarge}, {2, 1}, {1025, kLarge}}));
}

TEST(NativeHistogram, SaysThatThereIsNoSumWithANanThatIsNoStaleMarker) {
  const auto family = histogram({1, 2}, false);
  const auto message = encode(*family, *exponential_layout(family->bounds), {9, 1, 1, 1});
  EXPECT_TRUE(std::isnan(message.sum()));
  EXPECT_NE(std::bit_cast<std::uint64_t>(message.sum()), 0x7ff0000000000002u);
}

TEST(NativeHistogram, EndsASeriesWithTheStaleMarkerAsItsSum) {
  const auto family = histogram({1, 2});
  for (const auto& layout :
       {*exponential_layout(family->bounds), custom_layout(family->bounds, 160)}) {
    const auto message = encode(*family, layout, {});
    EXPECT_EQ(std::bit_cast<std::uint64_t>(message.sum()), 0x7ff0000000000002u);
    EXPECT_EQ(message.count_int(), 0u);
    EXPECT_EQ(message.positive_spans_size(), 0);
    EXPECT_EQ(message.custom_values_size(), 0);
  }
}

}  // namespace
}  // namespace bpfpush
