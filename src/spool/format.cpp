#include "spool/format.hpp"

#include <boost/crc.hpp>
#include <charconv>
#include <cstdio>

#include "spool/byte_io.hpp"

namespace bpfpush::spool_format {
namespace {

constexpr std::string_view kSegmentSuffix = ".spool";
constexpr std::size_t kIdDigits = 16;

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint32_t record_checksum(std::string_view length, std::string_view payload) {
  Crc32c crc;
  crc.process_bytes(length.data(), length.size());
  crc.process_bytes(payload.data(), payload.size());
  return crc.checksum();
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  return record_checksum(bytes, {});
}

std::string to_record(std::string_view payload) {
  ByteWriter head;
  head.put_u32(static_cast<std::uint32_t>(payload.size()));
  const std::uint32_t checksum = record_checksum(head.bytes(), payload);
  head.put_u32(checksum);
  return head.bytes() + std::string(payload);
}

std::string segment_head(std::uint64_t first_id) {
  ByteWriter head;
  head.put_raw(kSegmentMagic);
  head.put_u64(first_id);
  const std::uint32_t checksum = crc32c(head.bytes());
  head.put_u32(checksum);
  return head.bytes();
}

HeadState check_segment_head(std::string_view segment) {
  if (segment.size() < kSegmentHeadBytes) return HeadState::kDamaged;
  ByteReader checksum(segment.substr(kSegmentHeadBytes - 4, 4));
  const bool sound = checksum.u32() == crc32c(segment.substr(0, kSegmentHeadBytes - 4));
  const std::size_t name_bytes = kSegmentMagic.size() - 1;
  if (!sound || segment.substr(0, name_bytes) != kSegmentMagic.substr(0, name_bytes))
    return HeadState::kDamaged;
  return segment.starts_with(kSegmentMagic) ? HeadState::kValid : HeadState::kUnknownVersion;
}

std::optional<std::string_view> record_at(std::string_view segment, std::size_t offset) {
  if (offset >= segment.size()) return std::nullopt;
  ByteReader reader(segment.substr(offset));
  const std::string_view length_bytes = segment.substr(offset, 4);
  const std::uint32_t length = reader.u32();
  const std::uint32_t checksum = reader.u32();
  if (length == 0 || length > kRecordBytesMax) return std::nullopt;
  const std::string_view payload = reader.raw(length);
  if (reader.failed() || checksum != record_checksum(length_bytes, payload)) return std::nullopt;
  return payload;
}

std::size_t next_record(std::string_view segment, std::size_t offset) {
  if (offset + kRecordHeadBytes > segment.size()) return segment.size();
  ByteReader reader(segment.substr(offset));
  const std::uint32_t length = reader.u32();
  const std::size_t end = offset + kRecordHeadBytes + length;
  const bool plausible = length > 0 && length <= kRecordBytesMax;
  if (plausible && (end == segment.size() || record_at(segment, end))) return end;
  for (std::size_t at = offset + 1; at + kRecordHeadBytes < segment.size(); ++at) {
    if (record_at(segment, at)) return at;
  }
  return segment.size();
}

std::string segment_name(std::uint64_t first_id) {
  char digits[kIdDigits + 1];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(first_id));
  return digits + std::string(kSegmentSuffix);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != kIdDigits + kSegmentSuffix.size() || !name.ends_with(kSegmentSuffix))
    return std::nullopt;
  std::uint64_t id = 0;
  std::from_chars(name.data(), name.data() + kIdDigits, id, 16);
  if (segment_name(id) != name) return std::nullopt;
  return id;
}

std::string to_end_record(const SegmentEnd& end) {
  ByteWriter payload;
  payload.put_u8(static_cast<std::uint8_t>(Kind::kEnd));
  payload.put_u32(end.snapshots);
  payload.put_u64(end.last_id);
  payload.put_u8(end.level);
  payload.put_u64(end.last_since_boot);
  payload.put_u64(end.first_since_boot);
  return to_record(payload.bytes());
}

std::optional<SegmentEnd> parse_end(std::string_view payload) {
  ByteReader reader(payload);
  if (reader.u8() != static_cast<std::uint8_t>(Kind::kEnd)) return std::nullopt;
  SegmentEnd end;
  end.snapshots = reader.u32();
  end.last_id = reader.u64();
  end.level = reader.u8();
  end.last_since_boot = reader.u64();
  end.first_since_boot = reader.u64();
  if (reader.failed() || !reader.at_end()) return std::nullopt;
  return end;
}

}  // namespace bpfpush::spool_format
