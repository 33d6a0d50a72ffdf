#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bpfpush {

struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// Where the segment has no valid head or no valid record.
std::vector<ByteRange> invalid_ranges(std::string_view segment);

// The segment with all that can be restored of what is not valid in it.
std::string repair(std::string_view segment);

}  // namespace bpfpush
