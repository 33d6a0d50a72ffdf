#include "labels/decode_text.hpp"

#include <charconv>
#include <cstring>

namespace bpfpush {

std::string decode_uint(std::string_view bytes) {
  const std::size_t size = bytes.size();
  if (size != 1 && size != 2 && size != 4 && size != 8) return "unknown:" + decode_hex(bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), size);  // little-endian hosts
  return std::to_string(value);
}

std::string decode_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

std::string decode_string(std::string_view bytes) {
  return std::string(bytes.substr(0, bytes.find('\0')));
}

std::string decode_static_map(std::string_view text, const DecoderSpec& spec) {
  std::string key(text);
  const auto found = spec.static_map.find(key);
  if (found != spec.static_map.end()) return found->second;
  return spec.allow_unknown ? key : "unknown:" + key;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::string to_hex(std::uint64_t number, std::size_t digits) {
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, number, 16).ptr;
  std::string hex(text, end);
  if (hex.size() < digits) hex.insert(0, digits - hex.size(), '0');
  return hex;
}

}  // namespace bpfpush
