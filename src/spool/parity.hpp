#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bpfpush {

// A parity record's contents, as format.hpp has them. Its sum is a view of the payload.
struct Parity {
  std::size_t number = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string_view sum;
};
std::optional<Parity> parse_parity(std::string_view payload);

// By what parity `number` multiplies the bytes of a row.
std::uint8_t parity_coefficient(std::size_t number, std::size_t row);

// Makes the parity records of a segment while it is written, each of what was since the last.
class ParityWriter {
 public:
  // What has been written to the end of the segment, records and head. Returns the parity records
  // that are due, which are to be written next, and counts as added.
  std::string add(std::string_view bytes);

  // What add() of `size` bytes returns at most.
  std::size_t bytes_max(std::size_t size) const;

  // Those of a whole segment, to be written at its end: damage of about an eighth of it can be
  // repaired, wherever it is.
  static std::string of_whole(std::string_view segment);
  // What of_whole() returns at most for a segment of `size` bytes.
  static std::size_t whole_bytes_max(std::size_t size);

 private:
  void begin_stretch(std::uint64_t offset);
  std::string absorb(std::string_view bytes);  // returns the records of stretches that it filled
  std::size_t due() const;                     // how many numbers are to be written by now
  std::string take_records(std::size_t end);   // from the next number up to before `end`

  std::uint64_t offset_ = 0;        // of the segment's end
  std::uint64_t begin_ = 0;         // of the stretch that is being added up
  std::size_t width_ = 0;           // 0 until something was added
  std::size_t number_ = 0;          // of the next record
  std::vector<std::uint8_t> sums_;  // of every number, one behind the other
};

}  // namespace bpfpush
