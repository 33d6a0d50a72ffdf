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
