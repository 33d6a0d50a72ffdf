#include "remote_write/text_format.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "remote_write/snapshots.hpp"

namespace bpfpush {
namespace {

using testing::append;
using testing::make_series;
using testing::make_snapshot;
using testing::share;

TEST(TextFormat, ShowsHistogramsWithCumulativeBuckets) {
  FamilySnapshot family{share({.name = "io_seconds",
                               .help = "Time of block I/O.",
                               .unit = "seconds",
                               .type = MetricType::kHistogram,
                               .label_names = {"device", "operation"},
                               .bounds = {0.001, 1, 1048576},
                               .divisor = 1000}),
                        {},
                        {}};
  append(family, make_series({"sda", "write"}), {2500, 1, 0, 2, 4});
  append(family, make_series({"sda", "read"}), {0, 0, 0, 0, 0});
  EXPECT_EQ(to_text_format(make_snapshot({family})),
            R"(# HELP io_seconds Time of block I/O.
# TYPE io_seconds histogram
io_seconds_bucket{device="sda",operation="read",le="0.001"} 0
io_seconds_bucket{device="sda",operation="read",le="1"} 0
io_seconds_bucket{device="sda",operation="read",le="1.048576e+06"} 0
io_seconds_bucket{device="sda",operation="read",le="+Inf"} 0
io_seconds_sum{device="sda",operation="read"} 0
io_seconds_count{device="sda",operation="read"} 0
io_seconds_bucket{device="sda",operation="write",le="0.001"} 1
io_seconds_bucket{device="sda",operation="write",le="1"} 1
io_seconds_bucket{device="sda",operation="write",le="1.048576e+06"} 3
io_seconds_bucket{device="sda",operation="write",le="+Inf"} 7
io_seconds_sum{device="sda",operation="write"} 2.5
io_seconds_count{device="sda",operation="write"} 7
)");
}

TEST(TextFormat, ShowsAHistogramWithoutLabels) {
  FamilySnapshot family{
      share({.name = "h", .type = MetricType::kHistogram, .bounds = {1}}), {}, {}};
  append(family, make_series({}), {3, 1, 1});
  EXPECT_EQ(to_text_format(make_snapshot({family})), R"(# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="+Inf"} 2
h_sum 3
h_count 2
)");
}

TEST(TextFormat, ShowsNoSumWhereNobodyKeptIt) {
  FamilySnapshot family{
      share({.name = "h", .type = MetricType::kHistogram, .bounds = {1}, .has_sum = false}),
      {},
      {}};
  append(family, make_series({}), {3, 1, 1});
  EXPECT_EQ(to_text_format(make_snapshot({family})), R"(# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="+Inf"} 2
h_count 2
)");
}

TEST(TextFormat, MultipliesAsAskedWhereDividingWouldRoundOtherwise) {
  FamilySnapshot multiplied{share({.name = "a", .multiplier = 0.1}), {}, {}};
  append(multiplied, make_series({}), {3});
  FamilySnapshot divided{share({.name = "b", .divisor = 10}), {}, {}};
  append(divided, make_series({}), {3});
  EXPECT_EQ(to_text_format(make_snapshot({multiplied, divided})), R"(# TYPE a counter
a 0.30000000000000004
# TYPE b counter
b 0.3
)");
}

TEST(TextFormat, ShowsCountersAndGauges) {
  FamilySnapshot counter{
      share({.name = "c_total", .help = "A counter.", .label_names = {"l"}, .divisor = 1e9}),
      {},
      {}};
  append(counter, make_series({"b"}), {300'000'000});
  append(counter, make_series({"a"}), {0});
  append(counter, make_series({"a2"}), {std::uint64_t{2'000'000'000'000'000}});
  FamilySnapshot gauge{
      share({.name = "g", .help = "A gauge.", .type = MetricType::kGauge}), {}, {}};
  append(gauge, make_series({}), {~std::uint64_t{0}});
  EXPECT_EQ(to_text_format(make_snapshot({gauge, counter})), R"(# HELP g A gauge.
# TYPE g gauge
g -1
# HELP c_total A counter.
# TYPE c_total counter
c_total{l="a"} 0
c_total{l="a2"} 2e+06
c_total{l="b"} 0.3
)");
}

TEST(TextFormat, EscapesHelpAndLabelValues) {
  FamilySnapshot family{
      share({.name = "c", .help = "back\\slash, \"quotes\",\nnew line", .label_names = {"l"}}),
      {},
      {}};
  append(family, make_series({"back\\slash, \"quotes\",\nnew line"}), {1});
  EXPECT_EQ(to_text_format(make_snapshot({family})),
            R"(# HELP c back\\slash, "quotes",\nnew line
# TYPE c counter
c{l="back\\slash, \"quotes\",\nnew line"} 1
)");
}

TEST(TextFormat, LeavesOutWhatIsEmpty) {
  struct Case {
    const char* name;
    std::vector<std::string> values;
    const char* expected;
  };
  const Case cases[] = {
      {"no label is empty", {"1", "2"}, "# TYPE c counter\nc{a=\"1\",b=\"2\"} 1\n"},
      {"the first is", {"", "2"}, "# TYPE c counter\nc{b=\"2\"} 1\n"},
      {"the last is", {"1", ""}, "# TYPE c counter\nc{a=\"1\"} 1\n"},
      {"all are", {"", ""}, "# TYPE c counter\nc 1\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FamilySnapshot family{share({.name = "c", .label_names = {"a", "b"}}), {}, {}};
    append(family, make_series(c.values), {1});
    EXPECT_EQ(to_text_format(make_snapshot({family})), c.expected);
  }
  const FamilySnapshot without_series{share({.name = "c", .help = "Help."}), {}, {}};
  EXPECT_EQ(to_text_format(make_snapshot({without_series})), "");
  EXPECT_EQ(to_text_format(make_snapshot({})), "");
}

TEST(TextFormat, DoesNotDependOnTheOrderOfSeries) {
  FamilySnapshot one{share({.name = "c", .label_names = {"a", "b"}}), {}, {}};
  FamilySnapshot other{one.family, {}, {}};
  const auto x = make_series({"1", "2"});
  const auto y = make_series({"2", "1"});
  append(one, x, {1});
  append(one, y, {2});
  append(other, y, {2});
  append(other, x, {1});
  EXPECT_EQ(to_text_format(make_snapshot({one})), to_text_format(make_snapshot({other})));
}

}  // namespace
}  // namespace bpfpush
