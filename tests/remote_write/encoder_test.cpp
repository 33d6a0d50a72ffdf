#include "remote_write/encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

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

prometheus::WriteRequest encode_all(const Snapshot& snapshot, bool with_metadata = false) {
  Encoder encoder({});
  const EncodedRequest request = encoder.encode(snapshot, {.with_metadata = with_metadata});
  EXPECT_EQ(request.next, series_count(snapshot));
  return decode(request.body);
}

// A family of that type with one series, of that integer.
double encoded_value(MetricType type, double divisor, std::uint64_t integer) {
  FamilySnapshot family{share({.name = "value", .type = type, .divisor = divisor}), {}, {}};
  append(family, make_series({}), {integer});
  const auto request = encode_all(make_snapshot({family}));
  EXPECT_EQ(request.timeseries_size(), 1);
  EXPECT_EQ(request.timeseries(0).samples_size(), 1);
  return request.timeseries(0).samples(0).value();
}

struct ExpectedSeries {
  const char* labels;
  double value;
};

TEST(Encoder, WritesAHistogramInItsClassicForm) {
  FamilySnapshot family{share({.name = "io_latency_seconds",
                               .type = MetricType::kHistogram,
                               .label_names = {"operation", "device"},
                               .bounds = {0.001, 1, 1048576},
                               .divisor = 1000}),
                        {},
                        {}};
  append(family, make_series({"read", "sda"}), {2500, 1, 0, 2, 4});
  const auto request = encode_all(make_snapshot({family}));
  const ExpectedSeries expected[] = {
      {R"({__name__="io_latency_seconds_bucket", device="sda", le="0.001", operation="read"})", 1},
      {R"({__name__="io_latency_seconds_bucket", device="sda", le="1", operation="read"})", 1},
      {R"({__name__="io_latency_seconds_bucket", device="sda", le="1.048576e+06", )"
       R"(operation="read"})",
       3},
      {R"({__name__="io_latency_seconds_bucket", device="sda", le="+Inf", operation="read"})", 7},
      {R"({__name__="io_latency_seconds_sum", device="sda", operation="read"})", 2.5},
      {R"({__name__="io_latency_seconds_count", device="sda", operation="read"})", 7},
  };
  ASSERT_EQ(request.timeseries_size(), 6);
  for (int i = 0; i < 6; ++i) {
    SCOPED_TRACE(i);
    const prometheus::TimeSeries& series = request.timeseries(i);
    EXPECT_EQ(labels_of(series), expected[i].labels);
    ASSERT_EQ(series.samples_size(), 1);
    EXPECT_EQ(series.samples(0).value(), expected[i].value);
    EXPECT_EQ(series.samples(0).timestamp(), 1'700'000'000'123);
    EXPECT_EQ(series.exemplars_size(), 0);
    EXPECT_EQ(series.histograms_size(), 0);
  }
  EXPECT_EQ(request.metadata_size(), 0);
}

TEST(Encoder, WritesAHistogramThatHasObservedNothing) {
  FamilySnapshot family{
      share({.name = "latency", .type = MetricType::kHistogram, .bounds = {1}}), {}, {}};
  append(family, make_series({}), {0, 0, 0});
  const auto request = encode_all(make_snapshot({family}));
  ASSERT_EQ(request.timeseries_size(), 4);
  for (const prometheus::TimeSeries& series : request.timeseries()) {
    ASSERT_EQ(series.samples_size(), 1);
    EXPECT_EQ(series.samples(0).value(), 0);
    EXPECT_EQ(series.samples(0).timestamp(), 1'700'000'000'123);
  }
}

TEST(Encoder, DividesCountersAndReadsGaugesAsSigned) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  struct Case {
    const char* name;
    MetricType type;
    double divisor;
    std::uint64_t integer;
    double expected;
  };
  const Case cases[] = {
      {"counter", MetricType::kCounter, 1, 7, 7},
      {"zero counter", MetricType::kCounter, 1, 0, 0},
      {"divided counter", MetricType::kCounter, 1e9, 300'000'000, 0.3},
      {"largest counter", MetricType::kCounter, 1, kMax, 18446744073709551616.0},
      {"gauge", MetricType::kGauge, 1, 7, 7},
      {"negative gauge", MetricType::kGauge, 1, kMax, -1},
      {"divided negative gauge", MetricType::kGauge, 1000, kMax - 1499, -1.5},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(encoded_value(c.type, c.divisor, c.integer), c.expected);
  }
}

TEST(Encoder, StampsEverySampleWithTheWallTime) {
  for (const std::int64_t timestamp : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1},
                                       std::int64_t{127}, std::int64_t{253402300799999}}) {
    SCOPED_TRACE(timestamp);
    Snapshot snapshot = one_counter({}, {});
    snapshot.instant.wall =
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(timestamp));
    EXPECT_EQ(encode_all(snapshot).timeseries(0).samples(0).timestamp(), timestamp);
  }
}

TEST(Encoder, KeepsTheOrderOfFamiliesAndSeries) {
  FamilySnapshot b{share({.name = "b", .label_names = {"l"}}), {}, {}};
  append(b, make_series({"2"}), {1});
  append(b, make_series({"1"}), {1});
  FamilySnapshot a{share({.name = "a", .label_names = {"l"}}), {}, {}};
  append(a, make_series({"0"}), {1});
  const auto request = encode_all(make_snapshot({b, a}));
  ASSERT_EQ(request.timeseries_size(), 3);
  EXPECT_EQ(labels_of(request.timeseries(0)), R"({__name__="b", l="2"})");
  EXPECT_EQ(labels_of(request.timeseries(1)), R"({__name__="b", l="1"})");
  EXPECT_EQ(labels_of(request.timeseries(2)), R"({__name__="a", l="0"})");
}

TEST(Encoder, SaysWhatFamiliesAreWhenAskedTo) {
  const Snapshot snapshot = make_snapshot({
      {share({.name = "a_total", .help = "Help of a."}), {}, {}},
      {share({.name = "b", .help = std::string(200, 'h'), .type = MetricType::kGauge}), {}, {}},
      {share({.name = "c_seconds",
              .help = "Help of c.",
              .unit = "seconds",
              .type = MetricType::kHistogram,
              .bounds = {1}}),
       {},
       {}},
  });
  const auto request = encode_all(snapshot, true);
  using Metadata = prometheus::MetricMetadata;
  struct Expected {
    Metadata::MetricType type;
    std::string name, help, unit;
  };
  const Expected expected[] = {
      {Metadata::COUNTER, "a_total", "Help of a.", ""},
      {Metadata::GAUGE, "b", std::string(200, 'h'), ""},
      {Metadata::HISTOGRAM, "c_seconds", "Help of c.", "seconds"},
  };
  ASSERT_EQ(request.metadata_size(), 3);
  for (int i = 0; i < 3; ++i) {
    SCOPED_TRACE(expected[i].name);
    EXPECT_EQ(request.metadata(i).type(), expected[i].type);
    EXPECT_EQ(request.metadata(i).metric_family_name(), expected[i].name);
    EXPECT_EQ(request.metadata(i).help(), expected[i].help);
    EXPECT_EQ(request.metadata(i).unit(), expected[i].unit);
  }
  EXPECT_EQ(request.timeseries_size(), 0);
  EXPECT_EQ(encode_all(snapshot, false).metadata_size(), 0);
}

TEST(Encoder, MakesAnEmptyMessageOfAnEmptySnapshot) {
  Encoder encoder({});
  const EncodedRequest request = encoder.encode(make_snapshot({}), {});
  EXPECT_EQ(request.samples, 0u);
  EXPECT_EQ(request.next, 0u);
  EXPECT_EQ(testing::decompress(request.body), "");
}

// Three histograms of 5 samples each between two counters.
Snapshot five_series() {
  FamilySnapshot first{share({.name = "first"}), {}, {}};
  append(first, make_series({}), {1});
  const FamilySnapshot nothing{share({.name = "nothing"}), {}, {}};
  FamilySnapshot histogram{
      share({.name = "h", .type = MetricType::kHistogram, .label_names = {"l"}, .bounds = {1, 2}}),
      {},
      {}};
  for (const char* value : {"a", "b", "c"}) append(histogram, make_series({value}), {1, 1, 1, 1});
  FamilySnapshot last{share({.name = "last"}), {}, {}};
  append(last, make_series({}), {1});
  return make_snapshot({nothing, first, histogram, nothing, last, nothing});
}

// The samples of each request into which the snapshot is cut.
std::vector<std::size_t> cut(const Snapshot& snapshot, EncoderOptions options) {
  Encoder encoder(std::move(options));
  std::vector<std::size_t> samples;
  for (std::size_t begin = 0; begin < series_count(snapshot);) {
    const EncodedRequest request = encoder.encode(snapshot, {.begin = begin});
    EXPECT_EQ(static_cast<std::size_t>(decode(request.body).timeseries_size()), request.samples);
    samples.push_back(request.samples);
    if (request.next <= begin) {
      ADD_FAILURE() << "no progress at series " << begin;
      break;
    }
    begin = request.next;
  }
  return samples;
}

TEST(Encoder, CutsRequestsBetweenHistograms) {
  struct Case {
    std::size_t samples_max;
    std::vector<std::size_t> expected;
  };
  const Case cases[] = {
      {17, {17}},           {16, {16, 1}},        {15, {11, 6}},        {6, {6, 5, 6}},
      {5, {1, 5, 5, 5, 1}}, {1, {1, 5, 5, 5, 1}}, {0, {1, 5, 5, 5, 1}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.samples_max);
    EXPECT_EQ(cut(five_series(), {.samples_max = c.samples_max}), c.expected);
  }
}

TEST(Encoder, CutsRequestsThatGrowTooLarge) {
  FamilySnapshot family{share({.name = "requests_total", .label_names = {"path"}}), {}, {}};
  for (const char c : {'a', 'b', 'c', 'd', 'e'}) {
    append(family, make_series({std::string(1000, c)}), {1});
  }
  const Snapshot snapshot = make_snapshot({family});
  EXPECT_EQ(cut(snapshot, {.message_bytes_max = 2500}), (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ(cut(snapshot, {.message_bytes_max = 10}), (std::vector<std::size_t>(5, 1)));
}

TEST(Encoder, KeepsAMessageUnderTheLimitOfItsBytes) {
  FamilySnapshot family{share({.name = "requests_total", .label_names = {"path"}}), {}, {}};
  for (int i = 0; i < 100; ++i) append(family, make_series({std::string(i, 'x')}), {1});
  const Snapshot snapshot = make_snapshot({family});
  Encoder encoder({.message_bytes_max = 1000});
  std::size_t begin = 0;
  while (begin < 100) {
    const EncodedRequest request = encoder.encode(snapshot, {.begin = begin});
    EXPECT_LE(testing::decompress(request.body).size(), 1000u);
    ASSERT_GT(request.next, begin);
    begin = request.next;
  }
}

TEST(Encoder, RepeatsARequestByteForByte) {
  const Snapshot snapshot = five_series();
  Encoder encoder({.samples_max = 6});
  const auto bytes = [&] {
    const EncodedRequest request = encoder.encode(snapshot, {.begin = 2, .with_metadata = true});
    return std::vector(request.body.begin(), request.body.end());
  };
  const auto once = bytes();
  EXPECT_EQ(bytes(), once);
}

}  // namespace
}  // namespace bpfpush
