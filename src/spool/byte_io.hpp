#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace bpfpush {

// The encodings of format.hpp, written to the end of a string.
class ByteWriter {
 public:
  void put_u8(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void put_u32(std::uint32_t value) { put_fixed(value, 4); }
  void put_u64(std::uint64_t value) { put_fixed(value, 8); }
  void put_f64(double value) { put_fixed(std::bit_cast<std::uint64_t>(value), 8); }

  void put_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) put_u8(static_cast<std::uint8_t>(value | 0x80));
    put_u8(static_cast<std::uint8_t>(value));
  }
  void put_svarint(std::uint64_t value) { put_varint(value << 1 ^ (0 - (value >> 63))); }

  void put_text(std::string_view text) {
    put_varint(text.size());
    bytes_ += text;
  }
  void put_raw(std::string_view bytes) { bytes_ += bytes; }

  const std::string& bytes() const { return bytes_; }

 private:
  void put_fixed(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) put_u8(static_cast<std::uint8_t>(value >> 8 * i));
  }

  std::string bytes_;
};

// Reads them back. What does not fit sets failed(), after which everything reads as zero or empty.
// Views of the bytes it was made from.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  double f64() { return std::bit_cast<double>(fixed(8)); }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::uint64_t svarint() {
    const std::uint64_t value = varint();
    return value >> 1 ^ (0 - (value & 1));
  }
  // A number of things that take at least `bytes_each` bytes each, so no more than can follow.
  std::size_t count(std::size_t bytes_each) {
    const std::uint64_t value = varint();
    if (value <= rest_.size() / bytes_each) return static_cast<std::size_t>(value);
    fail();
    return 0;
  }

  std::string_view text() { return raw(count(1)); }
  std::string_view raw(std::size_t size) {
    if (size > rest_.size()) fail();
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

  std::string_view rest() const { return rest_; }

  void fail() {
    failed_ = true;
    rest_ = {};
  }
  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::uint64_t fixed(std::size_t size) {
    const std::string_view bytes = raw(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << 8 * i;
    }
    return value;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace bpfpush
