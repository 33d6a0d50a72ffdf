#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bpfpush {

// Takes an input apart: bytes from its beginning, zeros where it has ended.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }

  // One of the numbers 0 to `count` - 1.
  std::size_t choose(std::size_t count) {
    const std::string byte = text(1);
    return byte.empty() ? 0 : static_cast<std::uint8_t>(byte[0]) % count;
  }

  // Up to `size` bytes.
  std::string text(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return std::string(taken);
  }

 private:
  std::string_view rest_;
};

}  // namespace bpfpush
