#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bpfpush {

// All entries of a map, the CPUs' copies of each value added up. Kept from read to read, so that a
// steady map is read without allocating.
struct MapRows {
  std::size_t key_size = 0;
  std::size_t row_size = 0;           // integers in a value
  std::vector<std::byte> keys;        // size() * key_size
  std::vector<std::uint64_t> values;  // size() * row_size

  std::size_t size() const { return key_size == 0 ? 0 : keys.size() / key_size; }
  std::span<const std::byte> key(std::size_t i) const {
    return std::span(keys).subspan(i * key_size, key_size);
  }
  std::span<const std::uint64_t> row(std::size_t i) const {
    return std::span(values).subspan(i * row_size, row_size);
  }
};

}  // namespace bpfpush
