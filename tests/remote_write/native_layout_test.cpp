#include "remote_write/native_layout.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "snapshot/bucket_layout.hpp"

namespace bpfpush {
namespace {

std::vector<double> powers(int schema, int first, int last) {
  std::vector<double> bounds;
  for (int i = first; i <= last; ++i) bounds.push_back(std::exp2(std::ldexp(i, -schema)));
  return bounds;
}

TEST(NativeLayout, FindsTheSchemaWhoseBoundsTheyAre) {
  struct Case {
    const char* name;
    std::vector<double> bounds;
    int schema;
    double zero_threshold;
    std::int32_t first_index;
    std::int32_t overflow_index;
  };
  const Case cases[] = {
      {"powers of two", powers(0, 0, 31), 0, 1, 1, 1025},
      {"powers of two from a quarter on", powers(0, -2, 16), 0, 0.25, -1, 1025},
      {"powers of four", powers(-1, 2, 9), -1, 16, 3, 513},
      {"powers of 2^16", powers(-4, -1, 2), -4, 1.0 / 65536, 0, 65},
      {"eight in an octave", powers(3, -239, 80), 3, std::exp2(-239.0 / 8), -238, 8193},
      {"256 in an octave", powers(8, 0, 511), 8, 1, 1, 262145},
      {"one bound", {4}, 0, 4, 3, 1025},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto layout = exponential_layout(c.bounds);
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->schema, c.schema);
    EXPECT_EQ(layout->zero_buckets, 1u);
    EXPECT_EQ(layout->zero_threshold, c.zero_threshold);
    EXPECT_EQ(layout->first_index, c.first_index);
    EXPECT_EQ(layout->overflow_index, c.overflow_index);
    EXPECT_EQ(layout->custom_values, "");
  }
}

// The kernel's bucket behind a bound of 0 holds what is more than 0, a native one what is more than
// half its own bound.
TEST(NativeLayout, PutsTheBucketBehindAZeroIntoTheZeroBucket) {
  const auto layout = exponential_layout(std::vector<double>{0, 1, 2, 4});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->zero_buckets, 2u);
  EXPECT_EQ(layout->zero_threshold, 1);
  EXPECT_EQ(layout->first_index, 1);
}

TEST(NativeLayout, FindsNoneForOtherBounds) {
  struct Case {
    const char* name;
    std::vector<double> bounds;
  };
  const Case cases[] = {
      {"linear", {1, 2, 3, 4}},
      {"a gap", {1, 2, 8}},
      {"decimal", {0.001, 0.01, 0.1, 1}},
      {"microseconds shown as seconds", {1e-6, 2e-6, 4e-6, 8e-6}},
      {"nearly", {1, 2, 4.000001}},
      {"a single one", {3}},
      {"zero alone", {0}},
      {"finer than the finest", powers(9, 0, 3)},
      {"coarser than the coarsest", powers(-5, 0, 3)},
      {"none", {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_FALSE(exponential_layout(c.bounds));
  }
}

TEST(NativeLayout, FindsEverySchemaThatAConfigurationCanAskFor) {
  for (const std::uint64_t per_exported : {1ull, 1'000ull, 1'000'000ull, 1'000'000'000ull}) {
    for (int schema = kSchemaMin; schema <= kSchemaMax; ++schema) {
      SCOPED_TRACE(schema);
      NativeBuckets spec;
      spec.schema = schema;
      spec.buckets_max = 512;
      const auto buckets = lay_out_buckets(spec, per_exported);
      ASSERT_TRUE(buckets);
      const auto layout = exponential_layout(buckets->bounds);
      ASSERT_TRUE(layout);
      // As fine as it was asked for, or as so many buckets allow.
      EXPECT_LE(layout->schema, schema);
      EXPECT_TRUE(layout->schema == schema || buckets->bounds.size() > 256);
    }
  }
}

std::vector<double> custom_values(const NativeLayout& layout) {
  std::vector<double> values(static_cast<std::size_t>(layout.overflow_index));
  const std::size_t size = 8 * values.size();
  EXPECT_GT(layout.custom_values.size(), size);
  layout.custom_values.copy(reinterpret_cast<char*>(values.data()), size,
                            layout.custom_values.size() - size);
  return values;
}

TEST(NativeLayout, MergesCustomBucketsInPairsWhereTheyAreTooMany) {
  struct Case {
    std::size_t buckets_max;
    std::vector<double> expected;
  };
  const Case cases[] = {
      {100, {1, 2, 3, 4, 5}},
      {6, {1, 2, 3, 4, 5}},
      {5, {2, 4, 5}},
      {4, {2, 4, 5}},
      {3, {4, 5}},
      {2, {5}},
      {1, {5}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.buckets_max);
    const NativeLayout layout = custom_layout(std::vector<double>{1, 2, 3, 4, 5}, c.buckets_max);
    EXPECT_EQ(layout.schema, kCustomSchema);
    EXPECT_EQ(layout.zero_buckets, 0u);
    EXPECT_EQ(layout.first_index, 0);
    EXPECT_EQ(custom_values(layout), c.expected);
  }
}

}  // namespace
}  // namespace bpfpush
