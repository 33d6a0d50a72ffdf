#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "receiver/rules.hpp"

namespace bpfpush::conformance {
namespace {

constexpr std::uint64_t kStaleBits = 0x7ff0000000000002;
constexpr std::uint64_t kSignBit = 0x8000000000000000;
constexpr std::uint64_t kQuietBit = 0x0008000000000000;

Fault empty_fault(const SeriesSubject& subject) {
  const ReceivedSeries& series = subject.series;
  if (!series.samples.empty() || !series.histograms.empty()) return std::nullopt;
  return series.exemplars.empty() ? "there is neither a sample nor a histogram"
                                  : "there are exemplars only";
}

Fault mixed_fault(const SeriesSubject& subject) {
  const ReceivedSeries& series = subject.series;
  if (series.samples.empty() || series.histograms.empty()) return std::nullopt;
  return fmt::format("there are {} samples and {} histograms", series.samples.size(),
                     series.histograms.size());
}

// A stale marker that went through arithmetic, or a conversion to float and back, is a quiet NaN:
// the marker no more, and to receivers a value.
Fault spoilt_marker(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (!std::isnan(value) || bits == kStaleBits) return std::nullopt;
  const std::uint64_t payload = bits & ~(kSignBit | kQuietBit | 0x7ff0000000000000);
  // 0 and 1 are the NaNs of arithmetic and of Go.
  if ((bits & kQuietBit) != 0 && payload <= 1) return std::nullopt;
  return fmt::format("the NaN {:#018x} is neither the marker nor an ordinary NaN", bits);
}

Fault marker_fault(const SeriesSubject& subject) {
  for (const ReceivedSample& sample : subject.series.samples) {
    if (Fault fault = spoilt_marker(sample.value)) return fault;
  }
  for (const ReceivedHistogram& histogram : subject.series.histograms) {
    if (Fault fault = spoilt_marker(histogram.sum)) return "of a histogram's sum, " + *fault;
  }
  return std::nullopt;
}

// What a histogram series was is not ended by a sample.
Fault marker_kind_fault(const SeriesSubject& subject) {
  if (subject.past == nullptr || !subject.past->is_histogram) return std::nullopt;
  for (const ReceivedSample& sample : subject.series.samples) {
    if (std::bit_cast<std::uint64_t>(sample.value) != kStaleBits) continue;
    return "a series of native histograms ends with a sample; a histogram whose sum is the marker "
           "is right";
  }
  return std::nullopt;
}

Fault exemplar_fault(const SeriesSubject& subject) {
  for (const ReceivedExemplar& exemplar : subject.series.exemplars) {
    if (exemplar.timestamp == 0) return "an exemplar has no timestamp";
  }
  return std::nullopt;
}

constexpr std::string_view kMarkers =
    "RW 1.0, Stale Markers; RW 2.0, Samples and Histogram Samples";
constexpr Check<SeriesSubject> kChecks[] = {
    {{"series_not_empty", Level::kShould, Level::kMust, "RW 2.0, Protobuf Message",
      "A series has a sample or a histogram"},
     empty_fault},
    {{"series_not_mixed", Level::kShould, Level::kMust, "RW 2.0, Protobuf Message",
      "A series has samples or histograms, never both"},
     mixed_fault},
    {{"stale_marker_bits", Level::kMust, Level::kMust, kMarkers,
      "A stale marker is the NaN 0x7ff0000000000002, bit by bit"},
     marker_fault},
    {{"stale_marker_kind", Level::kShould, Level::kShould, "Native histograms, Staleness markers",
      "The stale marker of a native histogram is a histogram's sum"},
     marker_kind_fault},
    {{"exemplar_timestamp", Level::kShould, Level::kMust, "RW 2.0, Exemplars",
      "An exemplar has a timestamp"},
     exemplar_fault},
};

}  // namespace

std::span<const Check<SeriesSubject>> sample_rules() {
  return kChecks;
}

}  // namespace bpfpush::conformance
