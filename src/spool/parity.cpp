#include "spool/parity.hpp"

#include <algorithm>
#include <utility>

#include "spool/byte_io.hpp"
#include "spool/format.hpp"
#include "spool/galois.hpp"

namespace bpfpush {
namespace {

using spool_format::Kind;
using spool_format::kParityNumbers;
using spool_format::kParityRows;

// While a segment is written: a record for so many rows, and some when a stretch is full.
constexpr std::size_t kRowsEach = 12;
constexpr std::size_t kAtStretchEnd = 2;
static_assert(kParityRows / kRowsEach + kAtStretchEnd <= kParityNumbers);
// The first snapshot, which is in full, takes so many rows.
constexpr std::size_t kRowsOfFirst = 16;

// At its end: so many rows, and a record for so many of them.
constexpr std::size_t kRowsOfWhole = 64;
constexpr std::size_t kRowsEachOfWhole = 8;
constexpr std::size_t kOfWholeMin = 2;

constexpr std::size_t kWidthMin = 64;
constexpr std::size_t kHeadBytesMax = spool_format::kRecordHeadBytes + 2 + 10 + 10;

std::size_t width_of(std::size_t bytes, std::size_t rows) {
  return std::max(kWidthMin, (bytes + rows - 1) / rows);
}

std::size_t records_of_whole(std::size_t size) {
  const std::size_t rows = size / width_of(size, kRowsOfWhole) + 1;
  return std::max(kOfWholeMin, std::min(rows, kRowsOfWhole) / kRowsEachOfWhole);
}

}  // namespace

std::optional<Parity> parse_parity(std::string_view payload) {
  ByteReader reader(payload);
  if (reader.u8() != static_cast<std::uint8_t>(Kind::kParity)) return std::nullopt;
  Parity parity;
  parity.number = reader.u8();
  parity.begin = reader.varint();
  parity.end = reader.varint();
  parity.sum = reader.rest();
  const bool in_order = parity.begin < parity.end && !parity.sum.empty();
  if (reader.failed() || !in_order || parity.number >= kParityNumbers) return std::nullopt;
  if ((parity.end - parity.begin - 1) / parity.sum.size() >= kParityRows) return std::nullopt;
  return parity;
}

std::uint8_t parity_coefficient(std::size_t number, std::size_t row) {
  return galois::inverse(static_cast<std::uint8_t>(number ^ (255 - row)));
}

std::string ParityWriter::add(std::string_view bytes) {
  if (width_ == 0) {
    width_ = width_of(bytes.size(), kRowsOfFirst);
    begin_stretch(0);
  }
  std::string records;
  for (std::string added(bytes); !added.empty();) {  // then its parity, rarely that one's
    std::string due_records = absorb(added);
    due_records += take_records(due());
    records += due_records;
    added = std::move(due_records);
  }
  return records;
}

std::size_t ParityWriter::bytes_max(std::size_t size) const {
  const std::size_t width = width_ == 0 ? width_of(size, kRowsOfFirst) : width_;
  const std::size_t rows = kRowsEach + 2 * size / width;  // with those of parity records
  const std::size_t records = rows / kRowsEach + 1 + kAtStretchEnd * (rows / kParityRows + 1);
  return records * (kHeadBytesMax + width);
}

std::string ParityWriter::of_whole(std::string_view segment) {
  if (segment.empty()) return {};
  ParityWriter writer;
  writer.width_ = width_of(segment.size(), kRowsOfWhole);
  writer.begin_stretch(0);
  writer.absorb(segment);
  return writer.take_records(records_of_whole(segment.size()));
}

std::size_t ParityWriter::whole_bytes_max(std::size_t size) {
  return records_of_whole(size) * (kHeadBytesMax + width_of(size, kRowsOfWhole));
}

void ParityWriter::begin_stretch(std::uint64_t offset) {
  offset_ = begin_ = offset;
  number_ = 0;
  sums_.assign(kParityNumbers * width_, 0);
}

std::string ParityWriter::absorb(std::string_view bytes) {
  std::string records;
  while (!bytes.empty()) {
    const auto at = static_cast<std::size_t>(offset_ - begin_);
    if (at == kParityRows * width_) {
      records += take_records(due() + kAtStretchEnd);
      begin_stretch(offset_);
      continue;
    }
    const std::size_t row = at / width_;
    const std::size_t column = at % width_;
    const std::string_view part = bytes.substr(0, width_ - column);
    for (std::size_t number = number_; number < kParityNumbers; ++number) {
      const auto products = galois::products(parity_coefficient(number, row));
      std::uint8_t* sum = &sums_[number * width_ + column];
      for (const char byte : part) *sum++ ^= products[static_cast<std::uint8_t>(byte)];
    }
    offset_ += part.size();
    bytes.remove_prefix(part.size());
  }
  return records;
}

std::size_t ParityWriter::due() const {
  return static_cast<std::size_t>(offset_ - begin_) / width_ / kRowsEach;
}

std::string ParityWriter::take_records(std::size_t end) {
  std::string records;
  for (; number_ < end; ++number_) {
    ByteWriter payload;
    payload.put_u8(static_cast<std::uint8_t>(Kind::kParity));
    payload.put_u8(static_cast<std::uint8_t>(number_));
    payload.put_varint(begin_);
    payload.put_varint(offset_);
    payload.put_raw({reinterpret_cast<const char*>(&sums_[number_ * width_]), width_});
    records += spool_format::to_record(payload.bytes());
  }
  return records;
}

}  // namespace bpfpush
