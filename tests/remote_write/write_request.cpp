#include "remote_write/write_request.hpp"

#include <gtest/gtest.h>
#include <snappy.h>

namespace bpfpush::testing {

std::string decompress(std::span<const std::byte> body) {
  std::string message;
  const std::string compressed(reinterpret_cast<const char*>(body.data()), body.size());
  EXPECT_TRUE(snappy::Uncompress(compressed.data(), compressed.size(), &message));
  return message;
}

prometheus::WriteRequest decode(std::span<const std::byte> body) {
  prometheus::WriteRequest request;
  EXPECT_TRUE(request.ParseFromString(decompress(body)));
  return request;
}

std::string labels_of(const prometheus::TimeSeries& series) {
  std::string text;
  for (const prometheus::Label& label : series.labels()) {
    text += (text.empty() ? "" : ", ") + label.name() + "=\"" + label.value() + "\"";
  }
  return "{" + text + "}";
}

}  // namespace bpfpush::testing
