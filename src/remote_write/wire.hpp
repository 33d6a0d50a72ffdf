#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// The protobuf wire format, as much as remote write needs of it. The put functions write at `at`,
// where the caller has made room, and return the end of what they wrote.
namespace bpfpush::wire {

enum class Type : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2 };

// What precedes a field whose number is below 16: one byte.
constexpr char tag(unsigned field, Type type) {
  return static_cast<char>(field << 3 | static_cast<unsigned>(type));
}

inline constexpr std::size_t kVarintSizeMax = 10;

constexpr std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

// A string or message field of `size` bytes, with its tag and length.
constexpr std::size_t bytes_field_size(std::size_t size) {
  return 1 + varint_size(size) + size;
}

inline char* put_varint(char* at, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value);
  return at;
}

inline char* put_bytes(char* at, std::string_view bytes) {
  std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

// How a sint32 or sint64 becomes a varint: 0, -1, 1, -2 ... are 0, 1, 2, 3 ...
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

// What precedes a field of any number.
inline char* put_long_tag(char* at, unsigned field, Type type) {
  return put_varint(at, std::uint64_t{field} << 3 | static_cast<unsigned>(type));
}

// Eight bytes, little-endian whatever the host is.
inline char* put_fixed64(char* at, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) *at++ = static_cast<char>(value >> shift);
  return at;
}

// Tag and length of a string or message field; its bytes are to follow.
inline char* put_bytes_header(char* at, unsigned field, std::size_t size) {
  *at++ = tag(field, Type::kBytes);
  return put_varint(at, size);
}

inline char* put_string(char* at, unsigned field, std::string_view text) {
  return put_bytes(put_bytes_header(at, field, text.size()), text);
}

}  // namespace bpfpush::wire
