#include "snapshot/bucket_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/number.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kMicroseconds = 1'000;  // nanoseconds in one
constexpr std::uint64_t kSeconds = 1'000'000'000;
constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();

TEST(BucketLayout, HasTheBoundsItsTypeSays) {
  EXPECT_THAT(lay_out_buckets(Exp2Buckets{0, 3}, 1)->bounds, ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(lay_out_buckets(Exp2Buckets{-2, 1}, 1)->bounds, ElementsAre(0.25, 0.5, 1, 2));
  EXPECT_THAT(lay_out_buckets(Exp2Buckets{0, 2, true}, 1)->bounds, ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(lay_out_buckets(LinearBuckets{50, 3}, 1)->bounds, ElementsAre(50, 100, 150));
  EXPECT_THAT(lay_out_buckets(ExplicitBuckets{{0.5, 3, 9}}, 1)->bounds, ElementsAre(0.5, 3, 9));
  EXPECT_THAT(lay_out_buckets(NativeBuckets{0, 400}, 1)->bounds.size(), 41);
}

TEST(BucketLayout, ComparesInTheMeasuredUnitExactly) {
  EXPECT_THAT(lay_out_buckets(Exp2Buckets{0, 2}, kMicroseconds)->measured_bounds,
              ElementsAre(1'000, 2'000, 4'000));
  // Not one of these is exact in binary; what is meant is the decimal.
  EXPECT_THAT(
      lay_out_buckets(ExplicitBuckets{{0.001, 0.1, 0.3, 0.7, 1.1}}, kSeconds)->measured_bounds,
      ElementsAre(1'000'000, 100'000'000, 300'000'000, 700'000'000, 1'100'000'000));
  EXPECT_THAT(lay_out_buckets(ExplicitBuckets{{1e-10, 1.5e-9, 1e12}}, kSeconds)->measured_bounds,
              ElementsAre(0, 1, kMax));
}

TEST(BucketLayout, EveryDecimalOfNanosecondsIsItsOwnBound) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t nanoseconds = random() % (100 * kSeconds);
    const double bound = static_cast<double>(nanoseconds) / static_cast<double>(kSeconds);
    SCOPED_TRACE(format_number(bound));
    EXPECT_EQ(lay_out_buckets(ExplicitBuckets{{bound}}, kSeconds)->measured_bounds.front(),
              nanoseconds);
  }
}

TEST(BucketLayout, IsExactWhereDoublesAreNot) {
  constexpr std::uint64_t kTwoTo53 = std::uint64_t{1} << 53;
  EXPECT_THAT(lay_out_buckets(Exp2Buckets{53, 54}, 1)->measured_bounds,
              ElementsAre(kTwoTo53, 2 * kTwoTo53));
  EXPECT_THAT(lay_out_buckets(Exp2Buckets{60, 64}, 1)->measured_bounds,
              ElementsAre(kTwoTo53 << 7, kTwoTo53 << 8, kTwoTo53 << 9, kTwoTo53 << 10, kMax));
  EXPECT_THAT(lay_out_buckets(ExplicitBuckets{{1e7, 10'000'000.1}}, kSeconds)->measured_bounds,
              ElementsAre(10'000'000 * kSeconds, 10'000'000 * kSeconds + kSeconds / 10));
}

TEST(BucketLayout, BoundsAreInclusive) {
  const auto layout = lay_out_buckets(Exp2Buckets{0, 2}, kMicroseconds).value();
  EXPECT_EQ(bucket_of(layout, 0), 0u);
  EXPECT_EQ(bucket_of(layout, 1'000), 0u);
  EXPECT_EQ(bucket_of(layout, 1'001), 1u);
  EXPECT_EQ(bucket_of(layout, 4'000), 2u);
  EXPECT_EQ(bucket_of(layout, 4'001), 3u) << "over every bound: only +Inf";
  EXPECT_EQ(bucket_of(layout, kMax), 3u);
}

TEST(BucketLayout, NativeBoundsArePowersOfTheSchemasBase) {
  const auto layout = lay_out_buckets(NativeBuckets{3, 400}, kSeconds).value();
  const double base = std::exp2(1.0 / 8);
  for (std::size_t i = 1; i < layout.bounds.size(); ++i) {
    EXPECT_NEAR(layout.bounds[i] / layout.bounds[i - 1], base, 1e-12);
  }
  EXPECT_THAT(layout.bounds, testing::Contains(1.0)) << "2^0 is a bound of every schema";
  EXPECT_GE(layout.bounds.front(), 1e-9);
  EXPECT_GE(layout.bounds.back(), 1'099.0);
}

TEST(BucketLayout, NativeSchemaIsLoweredToFitTheLimit) {
  EXPECT_LE(lay_out_buckets(NativeBuckets{8, 160}, kSeconds)->bounds.size(), 160u);
  EXPECT_GT(lay_out_buckets(NativeBuckets{8, 160}, kSeconds)->bounds.size(), 80u)
      << "no lower than needed";
}

TEST(BucketLayout, RefusesBoundsThatMeanNothing) {
  const BucketSpec specs[] = {
      Exp2Buckets{3, 2},
      Exp2Buckets{-100, 2},
      LinearBuckets{0, 3},
      LinearBuckets{std::nan(""), 3},
      LinearBuckets{1, 0},
      LinearBuckets{1, static_cast<int>(kBoundsMax) + 1},
      LinearBuckets{1, std::numeric_limits<int>::max()},
      ExplicitBuckets{{}},
      ExplicitBuckets{{1, 1}},
      ExplicitBuckets{{2, 1}},
      ExplicitBuckets{{-1}},
      ExplicitBuckets{{std::numeric_limits<double>::infinity()}},
      ExplicitBuckets{{std::nan("")}},
      NativeBuckets{9, 400},
      NativeBuckets{-5, 400},
      NativeBuckets{0, 2},
  };
  for (const BucketSpec& spec : specs) {
    EXPECT_EQ(lay_out_buckets(spec, 1), Error(Errc::kInvalidConfig, "")) << spec.index();
  }
}

}  // namespace
}  // namespace bpfpush
