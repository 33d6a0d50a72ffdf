// Every type of bounds in every pair of units: the bucket of a value is the first whose bound is
// not less, by arithmetic that rounds nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "snapshot/bucket_layout.hpp"
#include "snapshot/unit.hpp"
#include "support/exact_buckets.hpp"

namespace bpfpush {
namespace {

constexpr const char* kUnits[] = {"",        "nanoseconds", "microseconds", "milliseconds",
                                  "seconds", "bytes",       "kibibytes",    "mebibytes"};
constexpr int kRandomValues = 1'000;  // for each layout, beside its edges

// One of each type, with parameters of every size.
std::vector<BucketSpec> random_specs(std::mt19937_64& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<BucketSpec> specs;
  const int min = below(100) - 64;
  specs.push_back(Exp2Buckets{min, std::min(64, min + below(60))});
  specs.push_back(Exp2Buckets{min, std::min(64, min + below(60)), true});
  // Widths and bounds that a person would write: three digits, anywhere.
  const auto written = [&] {
    return std::stod(std::to_string(1 + below(999)) + "e" + std::to_string(below(16) - 9));
  };
  specs.push_back(LinearBuckets{written(), 1 + below(200)});
  std::vector<double> bounds;
  for (int i = 0; i < 1 + below(20); ++i) bounds.push_back(written());
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  specs.push_back(ExplicitBuckets{bounds});
  specs.push_back(
      ExplicitBuckets{{std::ldexp(static_cast<double>(random() >> 11), below(30) - 40)}});
  specs.push_back(NativeBuckets{below(13) - 4, 20 + below(490)});
  return specs;
}

void expect_exact_buckets(const BucketSpec& spec, std::uint64_t ratio, std::mt19937_64& random,
                          std::size_t& checked) {
  const auto layout = lay_out_buckets(spec, ratio);
  if (!layout) return;  // native: no schema has so few
  const ExactBuckets exact(layout->bounds, ratio);
  std::vector<std::uint64_t> values = exact.edges();
  for (int i = 0; i < kRandomValues; ++i) values.push_back(random() >> (random() % 64));
  for (const std::uint64_t value : values) {
    ASSERT_EQ(bucket_of(*layout, value), exact.bucket_of(value)) << value << " / " << ratio;
  }
  checked += values.size();
}

TEST(BucketProperty, ForEveryTypeAndEveryPairOfUnitsTheFirstBoundThatIsNotLess) {
  std::mt19937_64 random(3);
  std::size_t checked = 0;
  for (const char* measured : kUnits) {
    for (const char* exported : kUnits) {
      const auto ratio = measured_per_exported(**find_unit(measured), **find_unit(exported));
      if (!ratio) continue;
      SCOPED_TRACE(std::string(measured) + " in " + exported);
      for (const BucketSpec& spec : random_specs(random)) {
        SCOPED_TRACE(spec.index());
        expect_exact_buckets(spec, *ratio, random, checked);
      }
    }
  }
  EXPECT_GT(checked, 100'000u);
}

}  // namespace
}  // namespace bpfpush
