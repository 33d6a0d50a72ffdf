#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace bpfpush {

// The bytes of a key as a BPF program would write them, each value in its own width.
class KeyBytes {
 public:
  template <typename Value>
  KeyBytes& add(const Value& value) {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), begin, begin + sizeof value);
    return *this;
  }

  operator std::span<const std::byte>() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace bpfpush
