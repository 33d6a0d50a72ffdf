#include "receiver/classic_histogram.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace bpfpush {
namespace {

constexpr std::string_view kBucketSuffix = "_bucket";

// Removes the label `name` from `labels`, and returns its value.
std::optional<std::string> take_label(Labels& labels, std::string_view name) {
  const auto has_name = [name](const auto& label) { return label.first == name; };
  const auto label = std::find_if(labels.begin(), labels.end(), has_name);
  if (label == labels.end()) return std::nullopt;
  std::string value = std::move(label->second);
  labels.erase(label);
  return value;
}

using BucketsOfLabels = std::map<Labels, std::vector<CumulativeBucket>>;

BucketsOfLabels group_buckets(const Store::SeriesOfMetric& series) {
  BucketsOfLabels groups;
  for (const auto& [all_labels, sample] : series) {
    if (is_stale(sample)) continue;
    Labels labels = all_labels;
    const auto le = take_label(labels, "le");
    const auto upper = le ? parse_le(*le) : std::nullopt;
    if (upper) groups[std::move(labels)].push_back({*upper, sample.value});
  }
  return groups;
}

// Sorts, and evens out counts that fall from one bound to the next: a histogram whose series came
// in two requests looks so while the second is missing.
void put_in_order(std::vector<CumulativeBucket>& buckets) {
  const auto by_upper = [](const auto& a, const auto& b) { return a.upper < b.upper; };
  std::sort(buckets.begin(), buckets.end(), by_upper);
  double highest = 0;
  for (CumulativeBucket& bucket : buckets) {
    if (std::isfinite(bucket.count)) highest = std::max(highest, bucket.count);
    bucket.count = highest;
  }
}

std::optional<double> find_value(const Store& store, const std::string& metric,
                                 const Labels& labels) {
  const auto series = store.metrics().find(metric);
  if (series == store.metrics().end()) return std::nullopt;
  const auto held = series->second.find(labels);
  if (held == series->second.end() || is_stale(held->second)) return std::nullopt;
  return held->second.value;
}

}  // namespace

std::optional<double> parse_le(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || std::isnan(value)) {
    return std::nullopt;
  }
  return value;
}

std::vector<ClassicHistogram> collect_histograms(const Store& store, std::string_view name_prefix) {
  std::vector<ClassicHistogram> histograms;
  for (const auto& [metric, series] : store.metrics()) {
    if (!metric.ends_with(kBucketSuffix) || !metric.starts_with(name_prefix)) continue;
    const std::string name = metric.substr(0, metric.size() - kBucketSuffix.size());
    for (auto& [labels, buckets] : group_buckets(series)) {
      put_in_order(buckets);
      if (!std::isinf(buckets.back().upper)) continue;
      histograms.push_back(
          {name, labels, std::move(buckets), find_value(store, name + "_sum", labels)});
    }
  }
  return histograms;
}

double estimate_quantile(double q, std::span<const CumulativeBucket> buckets) {
  if (buckets.size() < 2 || !(buckets.back().count > 0)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double rank = q * buckets.back().count;
  // Of q = 0 the rank is in the first bucket that holds anything; of any other q that is so anyway.
  std::size_t at = 0;
  while (at + 1 < buckets.size() && (buckets[at].count < rank || buckets[at].count == 0)) ++at;
  if (at + 1 == buckets.size()) return buckets[at - 1].upper;
  if (at == 0 && buckets[at].upper <= 0) return buckets[at].upper;
  const CumulativeBucket below = at == 0 ? CumulativeBucket{} : buckets[at - 1];
  const double share = (rank - below.count) / (buckets[at].count - below.count);
  return below.upper + (buckets[at].upper - below.upper) * share;
}

}  // namespace bpfpush
