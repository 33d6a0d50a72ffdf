#include <cmath>
#include <limits>

#include "receiver/native_buckets.hpp"
#include "receiver/rule_cases.hpp"

namespace bpfpush::conformance {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Four observations in (1, 2] and (2, 4], one in (8, 16], two of zero, one in [-2, -1).
ReceivedHistogram good_native() {
  ReceivedHistogram histogram;
  histogram.count_int = 8;
  histogram.sum = 30;
  histogram.zero_count_int = 2;
  histogram.zero_threshold = 0.001;
  histogram.positive = {.spans = {{1, 2}, {1, 1}}, .deltas = {1, 2, -2}, .counts = {}};
  histogram.negative = {.spans = {{1, 1}}, .deltas = {1}, .counts = {}};
  return histogram;
}

ReceivedHistogram good_float() {
  ReceivedHistogram histogram;
  histogram.is_float = true;
  histogram.count_float = 0.3;
  histogram.positive = {.spans = {{-3, 2}}, .deltas = {}, .counts = {0.1, 0.2}};
  return histogram;
}

// Bounds 0.5 and 1, two observations within the first, one beyond the last.
ReceivedHistogram good_custom() {
  ReceivedHistogram histogram;
  histogram.schema = kCustomBoundsSchema;
  histogram.custom_values = {0.5, 1};
  histogram.count_int = 3;
  histogram.positive = {.spans = {{0, 1}, {1, 1}}, .deltas = {2, -1}, .counts = {}};
  return histogram;
}

template <typename Change>
ReceivedHistogram changed(ReceivedHistogram histogram, const Change& change) {
  change(histogram);
  return histogram;
}

using H = ReceivedHistogram;

TEST(NativeRules, EachIsBrokenByWhatBreaksItAlone) {
  const H native = good_native();
  const H fractions = good_float();
  const H nan_observed = changed(native, [](H& h) { h.sum = NAN, h.count_int = 9; });
  expect_rules<H>(
      native_rules(),
      {{"native_schema", changed(native, [](H& h) { h.schema = 9; }), native},
       {"native_schema", changed(native, [](H& h) { h.schema = -5; }), good_custom()},
       {"native_count_kind", changed(native, [](H& h) { h.is_float = true; }), native},
       {"native_count_kind", changed(fractions, [](H& h) { h.is_float = false; }), fractions},
       {"native_span_lengths", changed(native, [](H& h) { h.positive.deltas.pop_back(); }), native},
       {"native_span_lengths", changed(native, [](H& h) { h.negative.spans = {{0, 4294967295}}; }),
        fractions},
       {"native_span_offsets", changed(native, [](H& h) { h.positive.spans[1].offset = -1; }),
        fractions},
       {"native_bucket_range", changed(native, [](H& h) { h.positive.spans[0].offset = 1030; }),
        changed(native, [](H& h) { h.positive.spans[0].offset = 1021; })},
       {"native_bucket_range", changed(native, [](H& h) { h.positive.spans[0].offset = -1100; }),
        changed(native, [](H& h) { h.schema = 8, h.positive.spans[0].offset = -1100; })},
       {"native_counts_positive", changed(native, [](H& h) { h.positive.deltas[2] = -4; }), native},
       {"native_counts_positive",
        changed(native,
                [](H& h) { h.positive.deltas[1] = std::numeric_limits<std::int64_t>::max(); }),
        fractions},
       {"native_count_total", changed(native, [](H& h) { h.count_int = 9; }), nan_observed},
       {"native_count_total", changed(nan_observed, [](H& h) { h.count_int = 7; }), native},
       {"native_count_total", changed(fractions, [](H& h) { h.count_float = 0.31; }), fractions},
       {"native_zero_threshold", changed(native, [](H& h) { h.zero_threshold = -1; }), native}});
  for (const H& good : {native, fractions, good_custom()}) {
    EXPECT_THAT(broken_rules(native_rules(), WriteVersion::kV1, good), testing::IsEmpty());
  }
}

TEST(CustomBoundsRules, EachIsBrokenByWhatBreaksItAlone) {
  const H custom = good_custom();
  const H native = good_native();
  expect_rules<H>(
      custom_bounds_rules(),
      {{"custom_bounds_version", custom, native, WriteVersion::kV1},
       {"custom_bounds_ascend", changed(custom, [](H& h) { h.custom_values = {1, 1}; }), custom},
       {"custom_bounds_ascend", changed(custom, [](H& h) { h.custom_values = {1, kInfinity}; }),
        custom},
       {"custom_bounds_unused", changed(native, [](H& h) { h.custom_values = {1}; }), native},
       {"custom_spans_in_range", changed(custom, [](H& h) { h.positive.spans[1].offset = 2; }),
        custom},
       {"custom_spans_in_range", changed(custom, [](H& h) { h.positive.spans[0].offset = -1; }),
        native},
       {"custom_positive_only", changed(custom, [](H& h) { h.negative.spans = {{0, 0}}; }), custom},
       {"custom_positive_only", changed(custom, [](H& h) { h.zero_count_int = 1; }), native}});
  EXPECT_THAT(broken_rules(custom_bounds_rules(), WriteVersion::kV2, custom), testing::IsEmpty());
}

TEST(ToCumulative, ShowsEveryBucketThatHoldsSomethingWhereItLies) {
  struct Case {
    const char* name;
    ReceivedHistogram histogram;
    std::vector<CumulativeBucket> want;
  };
  const Case cases[] = {
      {"nothing", {}, {{kInfinity, 0}}},
      {"both sides, zero and a gap",
       good_native(),
       {{-2, 0},
        {-1, 1},
        {-0.001, 1},
        {0.001, 3},
        {1, 3},
        {2, 4},
        {4, 7},
        {8, 7},
        {16, 8},
        {kInfinity, 8}}},
      {"custom bounds", good_custom(), {{0.5, 2}, {1, 2}, {kInfinity, 3}}},
      {"spans that do not fit",
       changed(good_native(), [](H& h) { h.count_int = 0, h.positive.deltas = {1}; }),
       {}},
      {"no schema",
       changed(good_native(), [](H& h) { h.schema = std::numeric_limits<std::int32_t>::min(); }),
       {}},
      {"overlapping spans",
       changed(good_native(), [](H& h) { h.positive.spans[1].offset = -2; }),
       {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(to_cumulative(c.histogram), c.want);
  }
}

}  // namespace
}  // namespace bpfpush::conformance
