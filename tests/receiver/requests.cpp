#include "receiver/requests.hpp"

#include <snappy.h>

namespace bpfpush {

prometheus::TimeSeries& add_series(prometheus::WriteRequest& request, const Labels& labels,
                                   double value, std::int64_t timestamp) {
  prometheus::TimeSeries& series = *request.add_timeseries();
  for (const auto& [name, text] : labels) {
    prometheus::Label& label = *series.add_labels();
    label.set_name(name);
    label.set_value(text);
  }
  prometheus::Sample& sample = *series.add_samples();
  sample.set_value(value);
  sample.set_timestamp(timestamp);
  return series;
}

io::prometheus::write::v2::Request v2_request(const std::vector<std::string>& symbols) {
  io::prometheus::write::v2::Request request;
  for (const std::string& symbol : symbols) request.add_symbols(symbol);
  auto& series = *request.add_timeseries();
  series.add_labels_refs(1);
  series.add_labels_refs(2);
  series.add_samples()->set_value(1);
  series.mutable_samples(0)->set_timestamp(1000);
  return request;
}

io::prometheus::write::v2::Request good_v2_request() {
  auto request = v2_request({"", "__name__", "up", "Is it?"});
  auto& metadata = *request.mutable_timeseries(0)->mutable_metadata();
  metadata.set_type(io::prometheus::write::v2::Metadata::METRIC_TYPE_GAUGE);
  metadata.set_help_ref(3);
  return request;
}

std::string to_message(const prometheus::WriteRequest& request) {
  return request.SerializeAsString();
}

std::string compress(std::string_view message) {
  std::string body;
  snappy::Compress(message.data(), message.size(), &body);
  return body;
}

std::string to_body(const prometheus::WriteRequest& request) {
  return compress(to_message(request));
}

std::string to_body(const io::prometheus::write::v2::Request& request) {
  return compress(request.SerializeAsString());
}

std::string good_body() {
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "up"}});
  return to_body(request);
}

std::string body_claiming_2_gib() {
  return {
      "\x80\x80\x80\x80\x08\x00"
      "a",
      7};
}

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace bpfpush
