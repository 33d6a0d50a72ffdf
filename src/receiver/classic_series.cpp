#include "receiver/classic_series.hpp"

#include <cmath>

#include "receiver/classic_histogram.hpp"
#include "receiver/series_text.hpp"

namespace bpfpush::conformance {
namespace {

constexpr std::string_view kBucketEnd = "_bucket";
constexpr std::string_view kCountEnd = "_count";

// By the time a histogram has samples so much newer than its first, senders that spread its series
// over requests have sent the first of them all.
constexpr std::int64_t kPatience = 60'000;

bool is_named(const ReceivedSeries& series, std::string_view end) {
  const std::string_view* name = find_label(series, "__name__");
  return name != nullptr && name->ends_with(end);
}

}  // namespace

ClassicInstant& ClassicSeries::instant_of(Histograms::value_type& histogram,
                                          std::int64_t timestamp) {
  const auto [instant, added] = histogram.second.changed.try_emplace(timestamp);
  if (added && timestamp == histogram.second.newest_at) instant->second = histogram.second.newest;
  return instant->second;
}

void ClassicSeries::add_buckets(const ReceivedSeries& series) {
  if (!is_named(series, kBucketEnd)) return;
  const std::string_view* le = find_label(series, "le");
  const auto upper = le == nullptr ? std::nullopt : parse_le(*le);
  if (!upper) return;
  const std::string key = series_key(series, "le", kBucketEnd);
  auto histogram = histograms_.find(key);
  if (histogram == histograms_.end()) {
    if (histograms_.size() == histograms_max_ || series.samples.empty()) return;
    histogram = histograms_.try_emplace(key).first;
    histogram->second.first_at = series.samples.front().timestamp;
  }
  if (std::isinf(*upper)) histogram->second.past.has_infinite_bucket = true;
  if (histogram->second.changed.empty()) changed_.push_back(&*histogram);
  for (const ReceivedSample& sample : series.samples) {
    if (std::isnan(sample.value)) continue;  // stale, or spoilt
    instant_of(*histogram, sample.timestamp).buckets[*upper] = sample.value;
  }
}

void ClassicSeries::add_count(const ReceivedSeries& series) {
  if (!is_named(series, kCountEnd)) return;
  const auto histogram = histograms_.find(series_key(series, {}, kCountEnd));
  if (histogram == histograms_.end()) return;
  if (histogram->second.changed.empty()) changed_.push_back(&*histogram);
  for (const ReceivedSample& sample : series.samples) {
    if (std::isnan(sample.value)) continue;
    instant_of(*histogram, sample.timestamp).count = sample.value;
  }
}

void ClassicSeries::check(WriteVersion version, Findings& findings) {
  for (Histograms::value_type* changed : changed_) {
    Histogram& histogram = changed->second;
    for (const auto& [timestamp, instant] : histogram.changed) {
      findings.run(classic_rules(), version, instant,
                   [&key = changed->first] { return "histogram " + shorten(key); });
    }
    if (!histogram.changed.empty() && histogram.changed.rbegin()->first >= histogram.newest_at) {
      histogram.newest_at = histogram.changed.rbegin()->first;
      histogram.newest = std::move(histogram.changed.rbegin()->second);
    }
    histogram.changed.clear();
    if (histogram.newest_at - histogram.first_at >= kPatience) {
      judge_past(*changed, version, findings);
    }
  }
  changed_.clear();
}

void ClassicSeries::finish(WriteVersion version, Findings& findings) {
  for (auto& histogram : histograms_) judge_past(histogram, version, findings);
}

void ClassicSeries::judge_past(Histograms::value_type& histogram, WriteVersion version,
                               Findings& findings) {
  if (histogram.second.is_judged) return;
  histogram.second.is_judged = true;
  findings.run(classic_past_rules(), version, histogram.second.past,
               [&key = histogram.first] { return "histogram " + shorten(key); });
}

}  // namespace bpfpush::conformance
