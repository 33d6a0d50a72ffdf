#include "receiver/write_request.hpp"

#include <snappy.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "remote_write_1.pb.h"

namespace bpfpush {
namespace {

Error malformed(std::string text) {
  return {Errc::kMalformed, std::move(text)};
}

Result<std::string> decompress(std::span<const std::byte> body, std::size_t message_bytes_max) {
  const auto* bytes = reinterpret_cast<const char*>(body.data());
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(bytes, body.size(), &size)) {
    return malformed("the body is not snappy (block format)");
  }
  if (size > message_bytes_max) {
    return Error(Errc::kTooLarge, "the body decompresses to " + std::to_string(size) +
                                      " bytes, the limit is " + std::to_string(message_bytes_max) +
                                      ": send smaller requests");
  }
  std::string message;
  if (!snappy::Uncompress(bytes, body.size(), &message)) {
    return malformed("the body is damaged or truncated snappy (block format)");
  }
  return message;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// [a-zA-Z_]([a-zA-Z0-9_])*, and colons as well in a metric's name.
bool is_valid_name(std::string_view name, bool colons) {
  const auto fits = [colons](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || (colons && c == ':');
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

std::optional<std::string> find_fault(const prometheus::TimeSeries& series, const Labels& labels) {
  if (auto fault = find_label_fault(labels)) return fault;
  if (series.histograms_size() > 0) return "native histograms are not taken here, only classic";
  if (series.samples_size() == 0) return "a series without samples";
  for (int i = 1; i < series.samples_size(); ++i) {
    if (series.samples(i).timestamp() < series.samples(i - 1).timestamp()) {
      return "samples are not in the order of their timestamps";
    }
  }
  return std::nullopt;
}

std::string describe(const Labels& labels) {
  std::string text = "{";
  for (const auto& [name, value] : labels) {
    text += (text.size() == 1 ? "" : ", ") + name + "=\"" + value + '"';
  }
  return text + '}';
}

Result<ReceivedSeries> to_series(const prometheus::TimeSeries& series) {
  ReceivedSeries received;
  received.labels.reserve(static_cast<std::size_t>(series.labels_size()));
  for (const auto& label : series.labels()) {
    received.labels.emplace_back(label.name(), label.value());
  }
  if (const auto fault = find_fault(series, received.labels)) {
    return malformed("series " + describe(received.labels) + ": " + *fault);
  }
  for (const auto& sample : series.samples()) {
    received.samples.push_back({sample.value(), sample.timestamp()});
  }
  return received;
}

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

}  // namespace

std::optional<std::string> find_label_fault(const Labels& labels) {
  bool named = false;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& [name, value] = labels[i];
    if (name == "__name__") {
      named = true;
      if (!is_valid_name(value, true)) return "\"" + value + "\" is not a valid metric name";
    }
    if (!is_valid_name(name, false)) return "\"" + name + "\" is not a valid label name";
    if (value.empty()) return "label " + name + " has an empty value: leave it out";
    if (i > 0 && name == labels[i - 1].first) return "label " + name + " occurs twice";
    if (i > 0 && name < labels[i - 1].first) return "labels are not sorted by name";
  }
  if (!named) return "no metric name: label __name__ is missing";
  return std::nullopt;
}

Result<WriteRequest> decode_write_request(std::span<const std::byte> body,
                                          std::size_t message_bytes_max) {
  const Result<std::string> message = decompress(body, message_bytes_max);
  if (!message) return message.error();
  prometheus::WriteRequest parsed;
  if (!parsed.ParseFromString(*message)) {
    return malformed("the body is not a protobuf message prometheus.WriteRequest");
  }
  WriteRequest request;
  request.message_bytes = message->size();
  for (const auto& series : parsed.timeseries()) {
    Result<ReceivedSeries> received = to_series(series);
    if (!received) return received.error();
    request.samples += received->samples.size();
    request.series.push_back(std::move(*received));
  }
  for (const auto& metadata : parsed.metadata()) {
    if (metadata.metric_family_name().empty()) continue;
    const FamilyInfo info{type_name(metadata.type()), metadata.help()};
    request.families.emplace_back(metadata.metric_family_name(), info);
  }
  return request;
}

}  // namespace bpfpush
