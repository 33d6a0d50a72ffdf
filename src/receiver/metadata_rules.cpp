#include <algorithm>
#include <bit>

#include "receiver/rules.hpp"

namespace bpfpush::conformance {
namespace {

constexpr std::string_view kMetadata = "RW 2.0, Protobuf Message and Metadata";

Fault type_fault(const SeriesSubject& subject) {
  const auto& metadata = subject.series.metadata;
  if (!metadata) return "there is no metadata";
  if (!metadata->type.empty()) return std::nullopt;
  return "the type is unspecified";
}

Fault help_fault(const SeriesSubject& subject) {
  const auto& metadata = subject.series.metadata;
  if (!metadata || !metadata->help.empty()) return std::nullopt;
  return "there is no help";
}

bool is_stale_value(double value) {
  return is_stale(Sample{value, 0});
}

// A series with no value but the stale marker's counts nothing any more.
Fault start_fault(const SeriesSubject& subject) {
  const ReceivedSeries& series = subject.series;
  const bool counts = series.metadata &&
                      (series.metadata->type == "counter" || series.metadata->type == "histogram" ||
                       series.metadata->type == "summary");
  const bool no_start_in_samples =
      counts && std::any_of(series.samples.begin(), series.samples.end(), [](const auto& sample) {
        return sample.start_timestamp == 0 && !is_stale_value(sample.value);
      });
  const bool no_start_in_histograms =
      counts &&
      std::any_of(series.histograms.begin(), series.histograms.end(), [](const auto& histogram) {
        return histogram.start_timestamp == 0 && !is_stale_value(histogram.sum);
      });
  if (!no_start_in_samples && !no_start_in_histograms) return std::nullopt;
  return "of a " + std::string(series.metadata->type) + ", no start timestamp says since when";
}

Fault kind_fault(const SeriesSubject& subject) {
  const ReceivedSeries& series = subject.series;
  if (series.histograms.empty() || !series.metadata || series.metadata->type.empty()) {
    return std::nullopt;
  }
  if (series.metadata->type.ends_with("histogram")) return std::nullopt;
  return "native histograms have the type " + std::string(series.metadata->type);
}

constexpr Check<SeriesSubject> kChecks[] = {
    {{"metadata_type", Level::kNone, Level::kShould, kMetadata,
      "A series says of what type its metric is"},
     type_fault},
    {{"metadata_help", Level::kNone, Level::kShould, kMetadata, "A series has a help text"},
     help_fault},
    {{"metadata_fits", Level::kNone, Level::kShould, kMetadata,
      "The type of native histograms is histogram or gaugehistogram"},
     kind_fault},
    {{"start_timestamp", Level::kNone, Level::kShould, "RW 2.0, Samples and Histogram Samples",
      "What counts says since when: its start timestamp"},
     start_fault},
};

}  // namespace

std::span<const Check<SeriesSubject>> metadata_rules() {
  return kChecks;
}

}  // namespace bpfpush::conformance
