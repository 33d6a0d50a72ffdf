#include "remote_write/write_request.hpp"

#include <gtest/gtest.h>
#include <snappy.h>

#include <cstdint>
#include <set>

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

io::prometheus::write::v2::Request decode_v2(std::span<const std::byte> body) {
  io::prometheus::write::v2::Request request;
  EXPECT_TRUE(request.ParseFromString(decompress(body)));
  const std::set<std::string> symbols(request.symbols().begin(), request.symbols().end());
  EXPECT_EQ(symbols.size(), static_cast<std::size_t>(request.symbols_size()));
  std::set<std::uint32_t> used = {0};
  for (const auto& series : request.timeseries()) {
    EXPECT_EQ(series.labels_refs_size() % 2, 0);
    used.insert(series.labels_refs().begin(), series.labels_refs().end());
    used.insert({series.metadata().help_ref(), series.metadata().unit_ref()});
  }
  EXPECT_EQ(used.size(), symbols.size());
  if (request.symbols_size() == 0 || *used.rbegin() >= symbols.size()) {
    ADD_FAILURE() << "a reference to no symbol";
    return {};
  }
  EXPECT_EQ(request.symbols(0), "");
  return request;
}

std::string labels_of(const io::prometheus::write::v2::Request& request,
                      const io::prometheus::write::v2::TimeSeries& series) {
  std::string text;
  for (int i = 0; i + 1 < series.labels_refs_size(); i += 2) {
    const auto symbol = [&](int at) {
      return request.symbols(static_cast<int>(series.labels_refs(at)));
    };
    text += (text.empty() ? "" : ", ") + symbol(i) + "=\"" + symbol(i + 1) + "\"";
  }
  return "{" + text + "}";
}

std::string labels_of(const prometheus::TimeSeries& series) {
  std::string text;
  for (const prometheus::Label& label : series.labels()) {
    text += (text.empty() ? "" : ", ") + label.name() + "=\"" + label.value() + "\"";
  }
  return "{" + text + "}";
}

}  // namespace bpfpush::testing
