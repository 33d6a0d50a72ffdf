#include "remote_write/compressor.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <string>

#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

ByteBuffer buffer(const std::string& text) {
  ByteBuffer bytes;
  char* at = bytes.reserve(text.size());
  bytes.commit(at + text.copy(at, text.size()));
  return bytes;
}

TEST(Compressor, WritesSnappysBlockFormat) {
  Compressor compressor(Compression::kSnappy);
  for (const std::string& text : {std::string(), std::string("abc"), std::string(100'000, 'a')}) {
    EXPECT_EQ(testing::decompress(compressor.compress(buffer(text))), text);
  }
}

TEST(Compressor, WritesAFrameOfZstd) {
  Compressor compressor(Compression::kZstd);
  for (const std::string& text : {std::string(), std::string("abc"), std::string(100'000, 'a')}) {
    const auto body = compressor.compress(buffer(text));
    std::string message(text.size() + 1, '\0');
    const std::size_t size =
        ZSTD_decompress(message.data(), message.size(), body.data(), body.size());
    ASSERT_EQ(ZSTD_isError(size), 0u);
    EXPECT_EQ(message.substr(0, size), text);
  }
}

}  // namespace
}  // namespace bpfpush
