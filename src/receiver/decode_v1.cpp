#include "receiver/decode_version.hpp"
#include "remote_write_1.pb.h"

namespace bpfpush {
namespace {

// What the text format has a word for; its other families are untyped.
std::string_view type_name(prometheus::MetricMetadata::MetricType type) {
  switch (type) {
    case prometheus::MetricMetadata::COUNTER:
      return "counter";
    case prometheus::MetricMetadata::GAUGE:
      return "gauge";
    case prometheus::MetricMetadata::HISTOGRAM:
      return "histogram";
    case prometheus::MetricMetadata::SUMMARY:
      return "summary";
    default:
      return "untyped";
  }
}

ReceivedSeries to_series(const prometheus::TimeSeries& series) {
  ReceivedSeries received;
  received.labels.reserve(static_cast<std::size_t>(series.labels_size()));
  for (const auto& label : series.labels()) {
    received.labels.push_back({label.name(), label.value()});
  }
  for (const auto& sample : series.samples()) {
    received.samples.push_back({sample.value(), sample.timestamp()});
  }
  for (const auto& histogram : series.histograms()) {
    received.histograms.push_back(to_received(histogram));
  }
  for (const auto& exemplar : series.exemplars()) {
    received.exemplars.push_back({exemplar.value(), exemplar.timestamp()});
  }
  return received;
}

}  // namespace

Result<WriteMessage> decode_v1(std::string_view message) {
  auto parsed = std::make_shared<prometheus::WriteRequest>();
  if (!parsed->ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return Error(Errc::kMalformed, "the body is not a protobuf message prometheus.WriteRequest");
  }
  WriteMessage decoded;
  decoded.series.reserve(static_cast<std::size_t>(parsed->timeseries_size()));
  for (const auto& series : parsed->timeseries()) decoded.series.push_back(to_series(series));
  for (const auto& metadata : parsed->metadata()) {
    if (metadata.metric_family_name().empty()) continue;
    const FamilyInfo info{type_name(metadata.type()), metadata.help()};
    decoded.families.emplace_back(metadata.metric_family_name(), info);
  }
  decoded.storage = std::move(parsed);
  return decoded;
}

}  // namespace bpfpush
