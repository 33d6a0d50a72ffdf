#include "remote_write/wire.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>

namespace bpfpush {
namespace {

TEST(Wire, WritesVarintsOfTheSizeItSays) {
  struct Case {
    std::uint64_t value;
    std::string expected;
  };
  const Case cases[] = {
      {0, std::string(1, '\0')},
      {1, "\x01"},
      {127, "\x7f"},
      {128, "\x80\x01"},
      {300, "\xac\x02"},
      {16'383, "\xff\x7f"},
      {16'384, "\x80\x80\x01"},
      {std::uint64_t{1} << 63, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"},
      {~std::uint64_t{0}, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    char bytes[wire::kVarintSizeMax] = {};
    char* end = wire::put_varint(bytes, c.value);
    EXPECT_EQ(std::string(bytes, end), c.expected);
    EXPECT_EQ(wire::varint_size(c.value), c.expected.size());
  }
}

TEST(Wire, WritesDoublesLittleEndian) {
  char bytes[8] = {};
  char* end = wire::put_fixed64(bytes, std::bit_cast<std::uint64_t>(-2.5));
  EXPECT_EQ(std::string(bytes, end), std::string("\0\0\0\0\0\0\x04\xc0", 8));
}

TEST(Wire, WritesStringsOfTheSizeItSays) {
  char bytes[8] = {};
  char* end = wire::put_string(bytes, 2, "abc");
  EXPECT_EQ(std::string(bytes, end),
            "\x12\x03"
            "abc");
  EXPECT_EQ(wire::bytes_field_size(3), 5u);
  EXPECT_EQ(wire::bytes_field_size(127), 129u);
  EXPECT_EQ(wire::bytes_field_size(128), 131u);
}

}  // namespace
}  // namespace bpfpush
