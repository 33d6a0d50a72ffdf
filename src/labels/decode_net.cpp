#include "labels/decode_net.hpp"

#include <algorithm>
#include <cstdint>

#include "labels/decode_text.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kGroups = 8;  // of 16 bits, in an IPv6 address
constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

std::string ipv4(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) text += '.';
    text += std::to_string(byte_at(bytes, i));
  }
  return text;
}

// The first of the longest runs of groups that are zero.
struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

Run longest_zeros(const std::uint16_t (&groups)[kGroups]) {
  Run longest, run;
  for (std::size_t i = 0; i < kGroups; ++i) {
    run = groups[i] == 0 ? Run{i - run.size, run.size + 1} : Run{};
    if (run.size > longest.size) longest = run;
  }
  return longest;
}

std::string ipv6(std::string_view bytes) {
  std::uint16_t groups[kGroups];
  for (std::size_t i = 0; i < kGroups; ++i) {
    groups[i] = static_cast<std::uint16_t>(byte_at(bytes, 2 * i) << 8 | byte_at(bytes, 2 * i + 1));
  }
  Run zeros = longest_zeros(groups);
  if (zeros.size == 1) zeros = {};  // one group alone is written as "0"
  std::string text;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (zeros.size > 0 && i == zeros.begin) {
      text += "::";
      i += zeros.size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += to_hex(groups[i], 1);
  }
  return text;
}

}  // namespace

std::string decode_inet_ip(std::string_view bytes) {
  if (bytes.size() == 4) return ipv4(bytes);
  if (bytes.size() != 2 * kGroups) return "?" + decode_hex(bytes);
  return bytes.starts_with(kMapped) ? ipv4(bytes.substr(kMapped.size())) : ipv6(bytes);
}

std::string decode_dname(std::string_view bytes) {
  std::string name;
  for (std::string_view rest = bytes; !rest.empty() && rest.front() != '\0';) {
    const std::size_t size = byte_at(rest, 0);
    if (size >= rest.size()) return std::string(bytes);
    if (!name.empty()) name += '.';
    name += rest.substr(1, size);
    rest.remove_prefix(1 + size);
  }
  return name.empty() ? "." : name;
}

}  // namespace bpfpush
