#include "receiver/classic_histogram.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace bpfpush {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(EstimateQuantile, InterpolatesWithinTheBucketAsPrometheusDoes) {
  struct Case {
    const char* name;
    double q;
    std::vector<CumulativeBucket> buckets;
    double want;
  };
  const std::vector<CumulativeBucket> even = {{1, 10}, {2, 20}, {4, 40}, {kInf, 40}};
  const Case cases[] = {
      {"the middle of a bucket", 0.5, {{1, 0}, {3, 10}, {kInf, 10}}, 2},
      {"on a bound", 0.5, even, 2},
      {"the first bucket starts at 0", 0.125, even, 0.5},
      {"a quarter into the last finite bucket", 0.625, even, 2.5},
      {"all of it", 1, even, 4},
      {"none of it", 0, even, 0},
      {"none of it, the first bucket empty", 0, {{1, 0}, {2, 5}, {kInf, 5}}, 1},
      {"above the last finite bound", 0.99, {{1, 10}, {2, 20}, {kInf, 40}}, 2},
      {"everything above", 0.5, {{1, 0}, {kInf, 3}}, 1},
      {"the first bound is 0", 0.5, {{0, 8}, {1, 10}, {kInf, 10}}, 0},
      {"behind a first bound of 0", 0.9, {{0, 8}, {1, 10}, {kInf, 10}}, 0.5},
      {"empty buckets are stepped over", 0.75, {{1, 2}, {2, 2}, {4, 2}, {8, 4}, {kInf, 4}}, 6},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_DOUBLE_EQ(estimate_quantile(c.q, c.buckets), c.want);
  }
}

TEST(EstimateQuantile, IsNanWhereNothingIsKnown) {
  struct Case {
    const char* name;
    std::vector<CumulativeBucket> buckets;
  };
  const Case cases[] = {
      {"no observations", {{1, 0}, {kInf, 0}}},
      {"no finite bound", {{kInf, 5}}},
      {"no buckets", {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_TRUE(std::isnan(estimate_quantile(0.5, c.buckets)));
  }
}

TEST(ParseNumber, ReadsWhatLeLabelsHold) {
  struct Case {
    const char* text;
    std::optional<double> want;
  };
  const Case cases[] = {
      {"1", 1},       {"0.001", 0.001}, {"1.048576e+06", 1048576},
      {"+Inf", kInf}, {"-Inf", -kInf},  {"-2.5", -2.5},
      {"", {}},       {"NaN", {}},      {"1s", {}},
      {"+", {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(parse_le(c.text), c.want);
  }
}

TEST(CollectHistograms, SortsBucketsByBoundAndFindsTheSum) {
  Store store;
  for (const auto& [le, count] : {std::pair("+Inf", 4), {"10", 3}, {"9", 2}}) {
    store.add({{"__name__", "io_bucket"}, {"device", "sda"}, {"le", le}}, {1.0 * count, 1000});
  }
  store.add({{"__name__", "io_sum"}, {"device", "sda"}}, {123, 1000});
  store.add({{"__name__", "io_sum"}}, {7, 1000});
  const auto histograms = collect_histograms(store, "");
  ASSERT_EQ(histograms.size(), 1u);
  EXPECT_EQ(histograms[0].name, "io");
  EXPECT_EQ(histograms[0].labels, (Labels{{"device", "sda"}}));
  EXPECT_EQ(histograms[0].buckets, (std::vector<CumulativeBucket>{{9, 2}, {10, 3}, {kInf, 4}}));
  EXPECT_EQ(histograms[0].sum, 123);
  EXPECT_EQ(histograms[0].count(), 4);
}

TEST(CollectHistograms, EvensOutCountsThatFallOrAreNone) {
  Store store;
  store.add({{"__name__", "io_bucket"}, {"le", "1"}}, {5, 1000});
  store.add({{"__name__", "io_bucket"}, {"le", "2"}}, {3, 1000});
  store.add({{"__name__", "io_bucket"}, {"le", "4"}}, {kInf, 1000});
  store.add({{"__name__", "io_bucket"}, {"le", "+Inf"}}, {6, 1000});
  const auto histograms = collect_histograms(store, "");
  ASSERT_EQ(histograms.size(), 1u);
  EXPECT_EQ(histograms[0].buckets,
            (std::vector<CumulativeBucket>{{1, 5}, {2, 5}, {4, 5}, {kInf, 6}}));
  EXPECT_EQ(histograms[0].sum, std::nullopt);
}

TEST(CollectHistograms, LeavesOutWhatIsNoHistogram) {
  struct Case {
    const char* name;
    Labels labels;
    double value;
  };
  const Case cases[] = {
      {"no +Inf bucket", {{"__name__", "io_bucket"}, {"le", "1"}}, 1},
      {"no le", {{"__name__", "io_bucket"}}, 1},
      {"an le that is no number", {{"__name__", "io_bucket"}, {"le", "x"}}, 1},
      {"another name", {{"__name__", "io_total"}, {"le", "+Inf"}}, 1},
      {"not the prefix", {{"__name__", "self_bucket"}, {"le", "+Inf"}}, 1},
      {"ended",
       {{"__name__", "io_bucket"}, {"le", "+Inf"}},
       std::bit_cast<double>(0x7ff0000000000002)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Store store;
    store.add(c.labels, {c.value, 1000});
    EXPECT_TRUE(collect_histograms(store, "io").empty());
  }
}

}  // namespace
}  // namespace bpfpush
