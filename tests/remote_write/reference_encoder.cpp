#include "remote_write/reference_encoder.hpp"

#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/number.hpp"
#include "remote_write/reference_histogram.hpp"

namespace bpfpush::testing {
namespace {

const double kMarker = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});

using Labels = std::map<std::string, std::string>;

Labels common_labels(const Family& family, const Series& series,
                     const std::vector<Label>& external) {
  Labels labels;
  for (const Label& label : external) labels.try_emplace(label.name, label.value);
  for (std::size_t i = 0; i < family.label_names.size(); ++i) {
    if (!series.label_values[i].empty()) labels[family.label_names[i]] = series.label_values[i];
  }
  if (family.type == MetricType::kHistogram) labels.erase("le");
  return labels;
}

void add(prometheus::WriteRequest& request, const Labels& labels, std::int64_t timestamp,
         double value) {
  prometheus::TimeSeries* series = request.add_timeseries();
  for (const auto& [name, text] : labels) {
    if (text.empty()) continue;
    prometheus::Label* label = series->add_labels();
    label->set_name(name);
    label->set_value(text);
  }
  series->add_samples()->set_value(value);
  series->mutable_samples(0)->set_timestamp(timestamp);
}

void add_histogram(prometheus::WriteRequest& request, const Family& family, const Labels& common,
                   std::int64_t timestamp, std::span<const std::uint64_t> row) {
  Labels labels = common;
  labels["__name__"] = family.name + "_bucket";
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < family.bounds.size(); ++i) {
    count += row[i + 1];
    labels["le"] = format_number(family.bounds[i]);
    add(request, labels, timestamp, static_cast<double>(count));
  }
  count += row.back();
  labels["le"] = "+Inf";
  add(request, labels, timestamp, static_cast<double>(count));
  labels.erase("le");
  if (family.has_sum) {
    labels["__name__"] = family.name + "_sum";
    add(request, labels, timestamp,
        static_cast<double>(row[0]) / family.divisor * family.multiplier);
  }
  labels["__name__"] = family.name + "_count";
  add(request, labels, timestamp, static_cast<double>(count));
}

// A series that is gone has no row: each of its samples becomes the stale marker.
void add_classic(prometheus::WriteRequest& request, const Family& family, Labels labels,
                 std::int64_t timestamp, std::optional<std::span<const std::uint64_t>> row) {
  const int first = request.timeseries_size();
  const std::vector<std::uint64_t> zeros(family.row_size());
  const std::span<const std::uint64_t> values = row.value_or(zeros);
  labels["__name__"] = family.name;
  if (family.type == MetricType::kHistogram) {
    add_histogram(request, family, labels, timestamp, values);
  } else {
    const double value = family.type == MetricType::kGauge
                             ? static_cast<double>(static_cast<std::int64_t>(values[0]))
                             : static_cast<double>(values[0]);
    add(request, labels, timestamp, value / family.divisor * family.multiplier);
  }
  if (row) return;
  for (int i = first; i < request.timeseries_size(); ++i) {
    request.mutable_timeseries(i)->mutable_samples(0)->set_value(kMarker);
  }
}

void add_series(prometheus::WriteRequest& request, const Asked& asked, const Family& family,
                const Labels& labels, std::int64_t timestamp,
                std::optional<std::span<const std::uint64_t>> row) {
  std::optional<prometheus::Histogram> native;
  if (family.type == MetricType::kHistogram) {
    native = reference_histogram(family, asked.form, asked.native_buckets_max, row);
  }
  if (!native || asked.form == HistogramForm::kBoth) {
    add_classic(request, family, labels, timestamp, row);
  }
  if (!native) return;
  Labels named = labels;
  named["__name__"] = family.name;
  add(request, named, timestamp, 0);
  native->set_timestamp(timestamp);
  prometheus::TimeSeries& series = *request.mutable_timeseries()->rbegin();
  series.clear_samples();
  *series.add_histograms() = *native;
}

void add_metadata(prometheus::WriteRequest& request, const Family& family) {
  const std::map<MetricType, prometheus::MetricMetadata::MetricType> types = {
      {MetricType::kCounter, prometheus::MetricMetadata::COUNTER},
      {MetricType::kGauge, prometheus::MetricMetadata::GAUGE},
      {MetricType::kHistogram, prometheus::MetricMetadata::HISTOGRAM},
  };
  prometheus::MetricMetadata* metadata = request.add_metadata();
  metadata->set_type(types.at(family.type));
  metadata->set_metric_family_name(family.name);
  metadata->set_help(family.help);
  metadata->set_unit(family.unit);
}

}  // namespace

prometheus::WriteRequest reference_request(const Snapshot& snapshot, const std::vector<Gone>& gone,
                                           const Asked& asked) {
  prometheus::WriteRequest request;
  const std::int64_t timestamp = snapshot.instant.wall.time_since_epoch().count();
  std::size_t position = 0;
  const auto add_next = [&](const Family& family, const Series& series,
                            std::optional<std::span<const std::uint64_t>> row) {
    position += 1;
    if (position > asked.begin && position <= asked.end) {
      add_series(request, asked, family, common_labels(family, series, asked.external), timestamp,
                 row);
    }
  };
  for (const FamilySnapshot& one : snapshot.families) {
    for (std::size_t i = 0; i < one.series.size(); ++i) {
      add_next(*one.family, *one.series[i], one.row(i));
    }
  }
  for (const Gone& one : gone) add_next(*one.family, *one.series, std::nullopt);
  if (asked.with_metadata) {
    for (const FamilySnapshot& one : snapshot.families) add_metadata(request, *one.family);
  }
  return request;
}

}  // namespace bpfpush::testing
