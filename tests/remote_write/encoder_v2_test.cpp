#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

using testing::append;
using testing::decode;
using testing::decode_v2;
using ::testing::ElementsAre;
using testing::labels_of;
using testing::make_series;
using testing::make_snapshot;
using testing::share;
namespace v2 = io::prometheus::write::v2;

constexpr auto kV2 = ProtocolVersion::k2;

// A counter, and a histogram of whole seconds.
Snapshot counter_and_histogram() {
  FamilySnapshot counter{
      share({.name = "errors_total", .help = "Errors.", .label_names = {"device"}}), {}, {}};
  append(counter, make_series({"sda"}), {7});
  FamilySnapshot histogram{share({.name = "latency_seconds",
                                  .help = "Latency.",
                                  .unit = "seconds",
                                  .type = MetricType::kHistogram,
                                  .label_names = {"device"},
                                  .bounds = {1, 2}}),
                           {},
                           {}};
  append(histogram, make_series({"sda"}), {9, 1, 2, 3});
  histogram.counting_since = std::chrono::seconds(40);
  Snapshot snapshot = make_snapshot({counter, histogram});
  snapshot.instant.since_boot = std::chrono::seconds(100);
  return snapshot;
}

EncoderOptions in_form(HistogramForm form) {
  return {.writing = {.forms = {.form = form}}};
}

std::vector<std::string> all_labels(const v2::Request& request) {
  std::vector<std::string> labels;
  for (const auto& series : request.timeseries()) labels.push_back(labels_of(request, series));
  return labels;
}

// Some receivers read the series as they come, and need their symbols before.
TEST(EncoderV2, WritesTheSymbolsOnceAndBeforeTheSeries) {
  Encoder encoder(in_form(HistogramForm::kNative));
  const auto body = encoder.encode(counter_and_histogram(), {.version = kV2}).body;
  const v2::Request request = decode_v2(body);
  EXPECT_THAT(std::vector<std::string>(request.symbols().begin(), request.symbols().end()),
              ElementsAre("", "device", "sda", "Errors.", "__name__", "errors_total", "Latency.",
                          "seconds", "latency_seconds"));
  v2::Request without_symbols = request;
  without_symbols.clear_symbols();
  EXPECT_TRUE(testing::decompress(body).ends_with(without_symbols.SerializeAsString()));
}

TEST(EncoderV2, WritesAHistogramInItsClassicForm) {
  Encoder encoder({});
  const v2::Request request =
      decode_v2(encoder.encode(counter_and_histogram(), {.version = kV2}).body);
  EXPECT_THAT(all_labels(request),
              ElementsAre(R"({__name__="errors_total", device="sda"})",
                          R"({__name__="latency_seconds_bucket", device="sda", le="1"})",
                          R"({__name__="latency_seconds_bucket", device="sda", le="2"})",
                          R"({__name__="latency_seconds_bucket", device="sda", le="+Inf"})",
                          R"({__name__="latency_seconds_sum", device="sda"})",
                          R"({__name__="latency_seconds_count", device="sda"})"));
  const double values[] = {7, 1, 3, 6, 9, 6};
  for (int i = 0; i < request.timeseries_size(); ++i) {
    SCOPED_TRACE(i);
    const v2::Sample& sample = request.timeseries(i).samples(0);
    EXPECT_EQ(sample.value(), values[i]);
    EXPECT_EQ(sample.timestamp(), 1'700'000'000'123);
    EXPECT_EQ(sample.start_timestamp(), i == 0 ? 0 : 1'699'999'940'123);
    const v2::Metadata& metadata = request.timeseries(i).metadata();
    EXPECT_EQ(metadata.type(),
              i == 0 ? v2::Metadata::METRIC_TYPE_COUNTER : v2::Metadata::METRIC_TYPE_HISTOGRAM);
  }
}

TEST(EncoderV2, WritesAHistogramAsOneSeriesInItsOtherForms) {
  struct Case {
    const char* name;
    HistogramForm form;
    int series;
    int schema;
  };
  const Case cases[] = {
      {"native", HistogramForm::kNative, 2, 0},
      {"custom", HistogramForm::kCustom, 2, -53},
      {"both", HistogramForm::kBoth, 7, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Encoder encoder(in_form(c.form));
    const EncodedRequest encoded = encoder.encode(counter_and_histogram(), {.version = kV2});
    const v2::Request request = decode_v2(encoded.body);
    ASSERT_EQ(request.timeseries_size(), c.series);
    EXPECT_EQ(encoded.samples, static_cast<std::size_t>(c.series));
    EXPECT_EQ(encoded.histograms, 1u);
    const v2::TimeSeries& series = *request.timeseries().rbegin();
    EXPECT_EQ(labels_of(request, series), R"({__name__="latency_seconds", device="sda"})");
    EXPECT_EQ(series.samples_size(), 0);
    ASSERT_EQ(series.histograms_size(), 1);
    EXPECT_EQ(series.histograms(0).schema(), c.schema);
    EXPECT_EQ(series.histograms(0).count_int(), 6u);
    EXPECT_EQ(series.histograms(0).start_timestamp(), 1'699'999'940'123);
    EXPECT_EQ(series.metadata().type(), v2::Metadata::METRIC_TYPE_HISTOGRAM);
  }
}

TEST(EncoderV2, WritesClassicWhatNoSchemaHas) {
  FamilySnapshot linear{
      share({.name = "latency", .type = MetricType::kHistogram, .bounds = {1, 2, 3}}), {}, {}};
  append(linear, make_series({}), {1, 1, 1, 1, 1});
  Encoder encoder(in_form(HistogramForm::kNative));
  const auto request = decode_v2(encoder.encode(make_snapshot({linear}), {.version = kV2}).body);
  EXPECT_EQ(request.timeseries_size(), 6);
}

TEST(EncoderV2, IsGivenUpForAnotherVersionAtAnyTime) {
  Encoder encoder(in_form(HistogramForm::kCustom));
  const Snapshot snapshot = counter_and_histogram();
  EXPECT_EQ(decode_v2(encoder.encode(snapshot, {.version = kV2}).body).timeseries_size(), 2);
  EXPECT_EQ(decode(encoder.encode(snapshot, {}).body).timeseries_size(), 6)
      << "1.0 knows no custom buckets";
  EXPECT_EQ(decode_v2(encoder.encode(snapshot, {.version = kV2}).body).timeseries_size(), 2);
}

TEST(EncoderV2, HasCustomBucketsIn1IfThatIsWanted) {
  Encoder encoder({.writing = {.forms = {.form = HistogramForm::kCustom, .custom_over_1 = true}}});
  const auto request = decode(encoder.encode(counter_and_histogram(), {}).body);
  ASSERT_EQ(request.timeseries_size(), 2);
  EXPECT_EQ(request.timeseries(1).histograms(0).schema(), -53);
}

TEST(EncoderV2, MakesARequestOfNothingButTheEmptySymbolOfAnEmptySnapshot) {
  Encoder encoder({});
  const EncodedRequest request = encoder.encode(make_snapshot({}), {.version = kV2});
  EXPECT_EQ(request.samples, 0u);
  EXPECT_TRUE(request.is_last);
  EXPECT_EQ(decode_v2(request.body).symbols_size(), 1);
}

}  // namespace
}  // namespace bpfpush
