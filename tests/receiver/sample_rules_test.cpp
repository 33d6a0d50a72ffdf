#include <bit>
#include <cmath>

#include "receiver/rule_cases.hpp"

namespace bpfpush::conformance {
namespace {

double nan_of(std::uint64_t bits) {
  return std::bit_cast<double>(bits);
}

const double kStale = nan_of(0x7ff0000000000002);

ReceivedHistogram histogram_at(std::int64_t timestamp, double sum = 0, std::int64_t start = 0) {
  ReceivedHistogram histogram;
  histogram.timestamp = timestamp;
  histogram.sum = sum;
  histogram.start_timestamp = start;
  return histogram;
}

ReceivedSeries with_exemplar(std::int64_t timestamp) {
  ReceivedSeries series = with_samples({{1, kNow}});
  series.exemplars = {{1, timestamp}};
  return series;
}

TEST(SampleRules, EachIsBrokenByWhatBreaksItAlone) {
  ReceivedSeries mixed = with_samples({{1, kNow}});
  mixed.histograms = {histogram_at(kNow)};
  ReceivedSeries exemplars_only = with_exemplar(kNow);
  exemplars_only.samples.clear();
  const ReceivedSeries good = with_samples({{1, kNow}});
  const ReceivedSeries native = with_histograms({histogram_at(kNow, kStale)});
  const SeriesPast was_native = {kNow - 1, 0, true};
  expect_series_rules(sample_rules(),
                      {{"series_not_empty", with_samples({}), good},
                       {"series_not_empty", exemplars_only, native},
                       {"series_not_mixed", mixed, good},
                       {"stale_marker_bits", with_samples({{nan_of(0x7ff8000000000002), kNow}}),
                        with_samples({{kStale, kNow}})},
                       {"stale_marker_bits", with_samples({{nan_of(0x7ff0000000000001), kNow}}),
                        with_samples({{std::nan(""), kNow}, {-std::nan(""), kNow}})},
                       {"stale_marker_bits",
                        with_histograms({histogram_at(kNow, nan_of(0x7ff8000000000002))}), native},
                       {"stale_marker_bits", with_samples({{nan_of(0xfff0000000000002), kNow}}),
                        with_samples({{nan_of(0x7ff8000000000001), kNow}})},
                       {"stale_marker_kind", with_samples({{kStale, kNow}}), native, was_native},
                       {"exemplar_timestamp", with_exemplar(0), with_exemplar(kNow)}});
  EXPECT_THAT(broken_rules(sample_rules(), WriteVersion::kV1, {good}), testing::IsEmpty());
}

TEST(TimeRules, EachIsBrokenByWhatBreaksItAlone) {
  const std::uint64_t one = std::bit_cast<std::uint64_t>(1.0);
  const SeriesPast past = {kNow, one, false};
  const ReceivedSeries later = with_samples({{2, kNow + 1}, {3, kNow + 2}});
  const ReceivedSeries again = with_samples({{1, kNow}});
  expect_series_rules(
      time_rules(),
      {{"timestamps_ascend", with_samples({{1, kNow}, {2, kNow - 1}}), later},
       {"timestamps_ascend", with_histograms({histogram_at(kNow), histogram_at(kNow - 1)}),
        with_histograms({histogram_at(kNow - 1), histogram_at(kNow)})},
       {"timestamps_ascend_over_requests", with_samples({{1, kNow - 1}}), again, past},
       {"timestamps_ascend_over_requests", with_histograms({histogram_at(kNow - 1)}), later, past},
       {"timestamps_unique", with_samples({{1, kNow}, {2, kNow}}),
        with_samples({{1, kNow}, {1, kNow}})},
       {"timestamps_unique", with_samples({{2, kNow}}), again, past},
       {"timestamps_milliseconds", with_samples({{1, kNow / 1000}}), again},
       {"timestamps_milliseconds", with_samples({{1, kNow * 1000}}), with_samples({{1, 1}})},
       {"timestamps_milliseconds", with_samples({{1, kNow * 1'000'000}}), later},
       {"timestamps_not_ahead", with_samples({{1, kNow + 600'001}}),
        with_samples({{1, kNow + 600'000}})},
       {"start_before_sample", with_samples({{1, kNow, kNow}}),
        with_samples({{1, kNow, kNow - 1}})},
       {"start_before_sample", with_histograms({histogram_at(kNow, 0, kNow + 1)}),
        with_samples({{1, kNow}})}});
  EXPECT_THAT(broken_rules(time_rules(), WriteVersion::kV1, {later, kNow, &past}),
              testing::IsEmpty());
}

ReceivedSeries with_metadata(ReceivedSeries series, const char* type, const char* help = "Help.") {
  series.metadata = {type, help, ""};
  return series;
}

TEST(MetadataRules, EachIsBrokenByWhatBreaksItAlone) {
  const ReceivedSeries bare = with_samples({{1, kNow}});
  const ReceivedSeries started = with_samples({{1, kNow, kNow - 1}});
  const ReceivedSeries native = with_histograms({histogram_at(kNow, 0, kNow - 1)});
  const ReceivedSeries gauge = with_metadata(bare, "gauge");
  expect_series_rules(
      metadata_rules(),
      {{"metadata_type", bare, gauge},
       {"metadata_type", with_metadata(bare, ""), gauge},
       {"metadata_help", with_metadata(bare, "gauge", ""), gauge},
       {"metadata_fits", with_metadata(native, "counter"), with_metadata(native, "gaugehistogram")},
       {"start_timestamp", with_metadata(bare, "counter"), with_metadata(started, "counter")},
       {"start_timestamp", with_metadata(with_histograms({histogram_at(kNow)}), "histogram"),
        with_metadata(native, "histogram")},
       {"start_timestamp", with_metadata(bare, "summary"),
        with_metadata(with_samples({{kStale, kNow}}), "summary")}});
  EXPECT_THAT(broken_rules(metadata_rules(), WriteVersion::kV1, {bare}), testing::IsEmpty());
}

}  // namespace
}  // namespace bpfpush::conformance
