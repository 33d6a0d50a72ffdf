#include "spool/repair.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <utility>

#include "spool/byte_io.hpp"
#include "spool/erasures.hpp"
#include "spool/format.hpp"
#include "spool/galois.hpp"
#include "spool/parity.hpp"

namespace bpfpush {
namespace {

using spool_format::kRecordHeadBytes;

// Guessing takes time; in more columns than flipped bits would touch, it is not tried.
constexpr std::size_t kGuessedColumnsMax = 512;

// The parity records of one stretch.
struct Stretch {
  std::uint64_t begin = 0;
  std::size_t width = 0;
  std::vector<Parity> parities;

  std::uint64_t end() const {
    std::uint64_t last = 0;
    for (const Parity& parity : parities) last = std::max(last, parity.end);
    return last;
  }
};

std::vector<Stretch> stretches(std::string_view segment) {
  std::map<std::pair<std::uint64_t, std::size_t>, Stretch> found;
  for (std::size_t at = spool_format::kSegmentHeadBytes; at < segment.size();) {
    const auto payload = spool_format::record_at(segment, at);
    const auto parity = payload ? parse_parity(*payload) : std::nullopt;
    if (parity && parity->end <= at) {
      Stretch& stretch = found[{parity->begin, parity->sum.size()}];
      stretch.begin = parity->begin;
      stretch.width = parity->sum.size();
      stretch.parities.push_back(*parity);
    }
    at = payload ? at + kRecordHeadBytes + payload->size() : spool_format::next_record(segment, at);
  }
  std::vector<Stretch> all;
  for (auto& [key, stretch] : found) all.push_back(std::move(stretch));
  return all;
}

// By how much the sums of each parity record are off what the bytes now add up to.
std::vector<std::string> differences(std::string_view segment, const Stretch& stretch) {
  std::vector<std::string> all;
  for (const Parity& parity : stretch.parities) {
    std::string& sums = all.emplace_back(parity.sum);
    std::string_view rest = segment.substr(parity.begin, parity.end - parity.begin);
    for (std::size_t row = 0; !rest.empty(); ++row) {
      const auto products = galois::products(parity_coefficient(parity.number, row));
      const std::string_view bytes = rest.substr(0, stretch.width);
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        sums[i] ^= static_cast<char>(products[static_cast<std::uint8_t>(bytes[i])]);
      }
      rest.remove_prefix(bytes.size());
    }
  }
  return all;
}

// Mends the bytes of a stretch that the ranges hold.
void repair_stretch(const Stretch& stretch, const std::vector<ByteRange>& ranges,
                    std::string& segment) {
  const std::vector<std::string> sums = differences(segment, stretch);
  const std::uint64_t end = stretch.end();
  std::vector<std::vector<std::size_t>> suspects(stretch.width);  // offsets, by column
  for (const ByteRange& range : ranges) {
    for (std::uint64_t at = std::max<std::uint64_t>(range.begin, stretch.begin);
         at < std::min<std::uint64_t>(range.end, end); ++at) {
      suspects[(at - stretch.begin) % stretch.width].push_back(at);
    }
  }
  std::vector<std::size_t> columns;  // in which something is wrong
  for (std::size_t column = 0; column < stretch.width; ++column) {
    const auto is_off = [column](const std::string& sum) { return sum[column] != 0; };
    if (std::any_of(sums.begin(), sums.end(), is_off)) columns.push_back(column);
  }
  const bool may_guess = columns.size() <= kGuessedColumnsMax;
  for (const std::size_t column : columns) {
    std::vector<ColumnEquation> equations;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const Parity& parity = stretch.parities[i];
      ColumnEquation& equation = equations.emplace_back();
      for (const std::size_t at : suspects[column]) {
        const std::size_t row = (at - stretch.begin) / stretch.width;
        equation.coefficients.push_back(at < parity.end ? parity_coefficient(parity.number, row)
                                                        : 0);
      }
      equation.difference = static_cast<std::uint8_t>(sums[i][column]);
    }
    for (const ColumnError& error : find_errors(equations, may_guess)) {
      segment[suspects[column][error.index]] ^= static_cast<char>(error.value);
    }
  }
}

// The bit of so many bytes whose flip changes their crc32c so, if there is one. A CRC is linear:
// the change depends on nothing but where the bit is.
std::optional<std::size_t> flipped_bit(std::size_t size, std::uint32_t change) {
  constexpr std::uint32_t kReflected = 0x82f63b78;
  const auto shift = [](std::uint32_t value) {
    for (int i = 0; i < 8; ++i) value = value >> 1 ^ (value & 1 ? kReflected : 0);
    return value;
  };
  std::array<std::uint32_t, 8> changes{};
  for (std::size_t bit = 0; bit < 8; ++bit) changes[bit] = shift(std::uint32_t{1} << bit);
  for (std::size_t left = size; left > 0; --left) {
    for (std::size_t bit = 0; bit < 8; ++bit) {
      if (changes[bit] == change) return (left - 1) * 8 + bit;
      changes[bit] = shift(changes[bit]);
    }
  }
  return std::nullopt;
}

// Mends a record of which only one bit is wrong. Its checksum tells which: it differs for each.
void repair_bit(const ByteRange& range, std::string& segment) {
  const std::size_t size = range.end - range.begin;
  if (size <= kRecordHeadBytes || size - kRecordHeadBytes > spool_format::kRecordBytesMax) return;
  const std::string_view found(segment.data() + range.begin, size);
  const std::string sound =
      spool_format::to_record(found.substr(kRecordHeadBytes));  // if the payload is right
  const auto wrong_bits = [&](std::size_t begin) {
    int count = 0;
    for (std::size_t i = begin; i < begin + 4; ++i) {
      count += std::popcount(static_cast<unsigned char>(found[i] ^ sound[i]));
    }
    return count;
  };
  if (wrong_bits(0) + wrong_bits(4) == 1) {
    std::copy_n(sound.begin(), kRecordHeadBytes,
                segment.begin() + static_cast<std::ptrdiff_t>(range.begin));
  } else if (wrong_bits(0) == 0) {
    ByteReader stored(found.substr(4));
    ByteReader computed(std::string_view(sound).substr(4));
    const auto bit = flipped_bit(size - kRecordHeadBytes, stored.u32() ^ computed.u32());
    if (!bit) return;
    segment[range.begin + kRecordHeadBytes + *bit / 8] ^= static_cast<char>(1u << *bit % 8);
  }
}

// Records of a range, one behind the other as their lengths say, or the only one there is.
void repair_bits(ByteRange range, std::string& segment) {
  repair_bit(range, segment);
  while (!spool_format::record_at(segment, range.begin)) {
    ByteReader reader(std::string_view(segment).substr(range.begin));
    const std::uint64_t end = range.begin + kRecordHeadBytes + reader.u32();
    if (end >= range.end) return repair_bit(range, segment);
    repair_bit({range.begin, static_cast<std::size_t>(end)}, segment);
    range.begin = static_cast<std::size_t>(end);
  }
}

}  // namespace

std::vector<ByteRange> invalid_ranges(std::string_view segment) {
  std::vector<ByteRange> ranges;
  const std::size_t begin = std::min(segment.size(), spool_format::kSegmentHeadBytes);
  if (spool_format::check_segment_head(segment) != spool_format::HeadState::kValid) {
    ranges.push_back({0, begin});
  }
  for (std::size_t at = begin; at < segment.size();) {
    const auto payload = spool_format::record_at(segment, at);
    const std::size_t next =
        payload ? at + kRecordHeadBytes + payload->size() : spool_format::next_record(segment, at);
    if (!payload) ranges.push_back({at, next});
    at = next;
  }
  return ranges;
}

std::string repair(std::string_view segment) {
  std::string bytes(segment);
  std::vector<ByteRange> ranges = invalid_ranges(bytes);
  // What is mended leaves fewer unknowns for the next round.
  for (std::vector<ByteRange> before; !ranges.empty() && ranges != before;) {
    before = ranges;
    const std::string found = bytes;
    for (const Stretch& stretch : stretches(found)) repair_stretch(stretch, ranges, bytes);
    for (const ByteRange& range : invalid_ranges(bytes)) {
      // A guess that was wrong.
      bytes.replace(range.begin, range.end - range.begin, found, range.begin,
                    range.end - range.begin);
      // What ends the file may be torn, and then more than a bit of it is wrong.
      if (range.end != bytes.size() || range.end - range.begin == spool_format::kEndRecordBytes) {
        repair_bits(range, bytes);
      }
    }
    ranges = invalid_ranges(bytes);
  }
  return bytes;
}

}  // namespace bpfpush
