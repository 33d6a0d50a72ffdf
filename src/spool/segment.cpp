#include "spool/segment.hpp"

#include <algorithm>
#include <utility>

#include "spool/repair.hpp"

namespace bpfpush {

using spool_format::HeadState;
using spool_format::Kind;

namespace {

// Where the damaged record at `at` ends: as its length says, if the lengths of those that follow it
// lead to the next valid one.
std::size_t end_of_damaged(std::string_view segment, std::size_t at) {
  const std::size_t next = spool_format::next_record(segment, at);
  const auto end_of = [&](std::uint64_t begin) {
    ByteReader reader(segment.substr(static_cast<std::size_t>(begin)));
    return begin + spool_format::kRecordHeadBytes + reader.u32();
  };
  std::uint64_t last = end_of(at);
  while (last < next) last = end_of(last);
  return last == next ? static_cast<std::size_t>(end_of(at)) : next;
}

// Takes in a valid record, unless what is `broken` before it keeps it from being read.
void add_record(std::string_view payload, SegmentDamage place, SnapshotDecoder& decoder,
                bool& broken, SegmentScan& scan) {
  scan.records += 1;
  if (const auto end = spool_format::parse_end(payload)) {
    scan.end = end;
  } else if (broken) {
    const auto kind = static_cast<Kind>(payload.front());
    scan.unread_snapshots += kind == Kind::kFull || kind == Kind::kDifference;
  } else if (const auto is_snapshot = decoder.apply(payload); !is_snapshot) {
    scan.damage.push_back(place);
    broken = true;
  } else if (*is_snapshot) {
    const StoredSnapshot stored = decoder.snapshot();
    if (scan.snapshots++ == 0) {
      scan.first_id = stored.id;
      scan.first = stored.snapshot->instant;
    }
    scan.last_id = stored.id;
    scan.last = stored.snapshot->instant;
  }
}

}  // namespace

spool_format::SegmentEnd SegmentInfo::end() const {
  return {.snapshots = snapshots,
          .last_id = last_id,
          .level = level,
          .last_since_boot = static_cast<std::uint64_t>(last_since_boot.count()),
          .first_since_boot = static_cast<std::uint64_t>(first_since_boot.count())};
}

void SegmentInfo::set_end(const spool_format::SegmentEnd& end) {
  snapshots = end.snapshots;
  last_id = end.last_id;
  level = end.level;
  last_since_boot = std::chrono::nanoseconds(end.last_since_boot);
  first_since_boot = std::chrono::nanoseconds(end.first_since_boot);
  sealed = true;
}

SegmentReader::SegmentReader(std::string bytes) : bytes_(std::move(bytes)) {
  if (spool_format::check_segment_head(bytes_) == HeadState::kUnknownVersion) {
    stopped_ = true;
  } else if (bytes_.size() >= spool_format::kSegmentHeadBytes) {
    at_ = spool_format::kSegmentHeadBytes;
  }
}

bool SegmentReader::next() {
  while (!stopped_ && !at_end()) {
    auto payload = spool_format::record_at(bytes_, at_);
    if (!payload && is_mendable()) payload = spool_format::record_at(bytes_, at_);
    if (!payload) {
      if (is_past_last_snapshot()) at_ = bytes_.size();
      return false;  // not for ever: the rest of it may be in the next bytes
    }
    const Result<bool> is_snapshot = decoder_.apply(*payload);
    if (!is_snapshot) {
      stopped_ = true;
      return false;
    }
    at_ += spool_format::kRecordHeadBytes + payload->size();
    end_ = spool_format::parse_end(*payload);
    if (*is_snapshot) {
      snapshots_ += 1;
      return true;
    }
  }
  return false;
}

// Whether it has not been tried yet; repairs what can be.
bool SegmentReader::is_mendable() {
  if (std::exchange(repaired_bytes_, bytes_.size()) == bytes_.size()) return false;
  bytes_ = repair(bytes_);
  return true;
}

// Whether what is damaged here, or behind, is no snapshot: the end says how many there are.
bool SegmentReader::is_past_last_snapshot() const {
  if (bytes_.size() < spool_format::kEndRecordBytes) return false;
  const auto last = spool_format::record_at(bytes_, bytes_.size() - spool_format::kEndRecordBytes);
  const auto end = last ? spool_format::parse_end(*last) : std::nullopt;
  return end && end->snapshots == snapshots_;
}

bool SegmentScan::is_whole() const {
  const auto is_lost = [](const SegmentDamage& one) { return !one.repaired; };
  const auto lost = std::count_if(damage.begin(), damage.end(), is_lost);
  return lost == (torn_bytes > 0 ? 1 : 0) || (end && end->snapshots == snapshots);
}

SegmentScan scan_segment(std::string_view found) {
  SegmentScan scan;
  scan.head = spool_format::check_segment_head(found);
  if (scan.head == HeadState::kUnknownVersion) return scan;
  const std::string bytes = repair(found);
  const std::size_t begin = std::min(bytes.size(), spool_format::kSegmentHeadBytes);
  if (scan.head == HeadState::kDamaged) {
    const bool repaired = spool_format::check_segment_head(bytes) == HeadState::kValid;
    scan.damage.push_back({0, begin, repaired});
  }
  SnapshotDecoder decoder;
  bool broken = false;
  for (std::size_t at = begin; at < bytes.size();) {
    const auto payload = spool_format::record_at(bytes, at);
    if (!payload) {
      const std::size_t next = end_of_damaged(bytes, at);
      scan.damage.push_back({at, next - at});
      if (next == bytes.size()) scan.torn_bytes = next - at;
      // An end record has nothing that others need.
      broken |= next != bytes.size();
      at = next;
      continue;
    }
    const std::size_t size = spool_format::kRecordHeadBytes + payload->size();
    const bool damaged = found.substr(at, size) != std::string_view(bytes).substr(at, size);
    if (damaged) scan.damage.push_back({at, size, true});
    add_record(*payload, {at, size}, decoder, broken, scan);
    at += size;
  }
  return scan;
}

}  // namespace bpfpush
