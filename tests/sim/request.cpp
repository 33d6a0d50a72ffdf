#include "sim/request.hpp"

#include <google/protobuf/arena.h>
#include <snappy.h>

#include <bit>
#include <string_view>
#include <vector>

#include "remote_write_1.pb.h"

namespace bpfpush::sim {
namespace {

constexpr std::uint64_t kStaleBits = 0x7ff0000000000002;

// The samples of one classic histogram, in the order of the request.
struct Classic {
  std::vector<double> buckets;  // cumulative
  std::string last_bound;
  double sum = 0;
  double count = 0;
  std::size_t stale = 0;
  std::size_t samples = 0;
};

struct Labels {
  std::string_view name;
  std::string_view key;
  std::string_view bound;
};

Labels labels_of(const prometheus::TimeSeries& series) {
  Labels labels;
  for (const auto& label : series.labels()) {
    if (label.name() == "__name__") labels.name = label.value();
    if (label.name() == "key") labels.key = label.value();
    if (label.name() == "le") labels.bound = label.value();
  }
  return labels;
}

void add(const Labels& labels, double value, std::map<std::string, Classic>& all) {
  const std::size_t suffix = labels.name.rfind('_');
  const std::string series =
      std::string(labels.name.substr(0, suffix)) + "/" + std::string(labels.key);
  Classic& histogram = all[series];
  histogram.samples += 1;
  histogram.stale += std::bit_cast<std::uint64_t>(value) == kStaleBits;
  const std::string_view kind = labels.name.substr(suffix + 1);
  if (kind == "sum") histogram.sum = value;
  if (kind == "count") histogram.count = value;
  if (kind != "bucket") return;
  histogram.buckets.push_back(value);
  histogram.last_bound = labels.bound;
}

void finish(const std::string& series, const Classic& histogram, Request& request) {
  if (histogram.stale == histogram.samples) {
    request.histograms[series] = std::nullopt;
    return;
  }
  if (histogram.stale != 0) request.fault = series + " ends in part";
  if (histogram.last_bound != "+Inf" || histogram.samples != histogram.buckets.size() + 2) {
    request.fault = series + " is not whole";
    return;
  }
  if (histogram.buckets.back() != histogram.count) request.fault = series + ": +Inf is no _count";
  Row row{static_cast<std::uint64_t>(histogram.sum)};
  double below = 0;
  for (const double bucket : histogram.buckets) {
    row.push_back(static_cast<std::uint64_t>(bucket - below));
    below = bucket;
  }
  request.histograms[series] = std::move(row);
}

}  // namespace

Request decode_request(std::span<const std::byte> body) {
  std::string message;
  google::protobuf::Arena arena;
  auto& parsed = *google::protobuf::Arena::CreateMessage<prometheus::WriteRequest>(&arena);
  Request request;
  if (!snappy::Uncompress(reinterpret_cast<const char*>(body.data()), body.size(), &message) ||
      !parsed.ParseFromString(message)) {
    request.fault = "it cannot be decoded";
    return request;
  }
  std::map<std::string, Classic> histograms;
  for (const auto& series : parsed.timeseries()) {
    if (series.samples_size() != 1) request.fault = "a series has not one sample";
    const auto& sample = series.samples(0);
    const WallTime timestamp{std::chrono::milliseconds(sample.timestamp())};
    if (request.timestamp.value_or(timestamp) != timestamp) request.fault = "timestamps differ";
    request.timestamp = timestamp;
    request.samples += 1;
    const Labels labels = labels_of(series);
    if (labels.name == kCollectionName) {
      request.collection = static_cast<std::uint64_t>(sample.value());
    } else if (labels.name.starts_with(kMapPrefix)) {
      add(labels, sample.value(), histograms);
    }
  }
  for (const auto& [series, histogram] : histograms) finish(series, histogram, request);
  return request;
}

}  // namespace bpfpush::sim
