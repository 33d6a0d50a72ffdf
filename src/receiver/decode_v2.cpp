#include "receiver/decode_version.hpp"
#include "remote_write_2.pb.h"

namespace bpfpush {
namespace {

namespace v2 = io::prometheus::write::v2;

// A few bytes of references can stand for any number of bytes of labels. 32 MiB of a real sender's
// message are about half of this.
constexpr std::size_t kLabelBytesMax = 256u << 20;

std::string_view type_name(v2::Metadata::MetricType type) {
  static constexpr std::string_view kNames[] = {
      "", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"};
  const auto index = static_cast<std::size_t>(type);  // an open enum: the wire may hold any number
  return index < std::size(kNames) ? kNames[index] : "";
}

// Takes the series of one request apart, its references looked up in the request's symbols.
class SeriesDecoder {
 public:
  explicit SeriesDecoder(const std::vector<std::string_view>& symbols) : symbols_(symbols) {}

  ReceivedSeries decode(const v2::TimeSeries& series) {
    ReceivedSeries received;
    read_labels(series, received);
    for (const auto& sample : series.samples()) {
      received.samples.push_back({sample.value(), sample.timestamp(), sample.start_timestamp()});
    }
    for (const auto& histogram : series.histograms()) {
      received.histograms.push_back(to_received(histogram));
      received.histograms.back().start_timestamp = histogram.start_timestamp();
    }
    for (const auto& exemplar : series.exemplars()) {
      for (const std::uint32_t reference : exemplar.labels_refs()) symbol(reference, received);
      received.exemplars.push_back({exemplar.value(), exemplar.timestamp()});
    }
    if (series.has_metadata()) {
      const auto& metadata = series.metadata();
      received.metadata = {type_name(metadata.type()), symbol(metadata.help_ref(), received),
                           symbol(metadata.unit_ref(), received)};
    }
    return received;
  }

  std::size_t label_bytes() const { return label_bytes_; }

 private:
  std::string_view symbol(std::uint32_t reference, ReceivedSeries& series) {
    if (reference < symbols_.size()) return symbols_[reference];
    if (!series.reference_outside) series.reference_outside = reference;
    return "";
  }

  void read_labels(const v2::TimeSeries& series, ReceivedSeries& received) {
    const auto& references = series.labels_refs();
    received.label_references = static_cast<std::size_t>(references.size());
    received.labels.reserve(received.label_references / 2);
    for (int i = 0; i + 1 < references.size(); i += 2) {
      const std::string_view name = symbol(references[i], received);
      const std::string_view value = symbol(references[i + 1], received);
      label_bytes_ += name.size() + value.size();
      received.labels.push_back({name, value});
    }
    if (references.size() % 2 == 1) symbol(references[references.size() - 1], received);
  }

  const std::vector<std::string_view>& symbols_;
  std::size_t label_bytes_ = 0;
};

}  // namespace

Result<WriteMessage> decode_v2(std::string_view message) {
  auto parsed = std::make_shared<v2::Request>();
  if (!parsed->ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return Error(Errc::kMalformed,
                 "the body is not a protobuf message io.prometheus.write.v2.Request");
  }
  WriteMessage decoded;
  decoded.symbols.assign(parsed->symbols().begin(), parsed->symbols().end());
  decoded.series.reserve(static_cast<std::size_t>(parsed->timeseries_size()));
  SeriesDecoder decoder(decoded.symbols);
  for (const auto& series : parsed->timeseries()) {
    decoded.series.push_back(decoder.decode(series));
    if (decoder.label_bytes() > kLabelBytesMax) {
      return Error(Errc::kTooLarge, "the labels that the message refers to have more than " +
                                        std::to_string(kLabelBytesMax) +
                                        " bytes: send smaller requests");
    }
  }
  decoded.storage = std::move(parsed);
  return decoded;
}

}  // namespace bpfpush
