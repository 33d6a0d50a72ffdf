#include "spool/segment.hpp"

#include <algorithm>
#include <utility>

namespace bpfpush {

using spool_format::HeadState;
using spool_format::Kind;

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
    const auto payload = spool_format::record_at(bytes_, at_);
    if (!payload) return false;  // not for ever: the rest of it may be in the next bytes
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

SegmentScan scan_segment(std::string_view bytes) {
  SegmentScan scan;
  scan.head = spool_format::check_segment_head(bytes);
  if (scan.head == HeadState::kUnknownVersion) return scan;
  const std::size_t begin = std::min(bytes.size(), spool_format::kSegmentHeadBytes);
  if (scan.head == HeadState::kDamaged) scan.damage.push_back({0, begin});
  SnapshotDecoder decoder;
  bool broken = false;
  for (std::size_t at = begin; at < bytes.size();) {
    const auto payload = spool_format::record_at(bytes, at);
    if (!payload) {
      const std::size_t next = spool_format::next_record(bytes, at);
      scan.damage.push_back({at, next - at});
      if (next == bytes.size()) scan.torn_bytes = next - at;
      // An end record has nothing that others need.
      broken |= next != bytes.size();
      at = next;
      continue;
    }
    const std::size_t size = spool_format::kRecordHeadBytes + payload->size();
    scan.records += 1;
    if (const auto end = spool_format::parse_end(*payload)) {
      scan.end = end;
    } else if (broken) {
      const auto kind = static_cast<Kind>(payload->front());
      scan.unread_snapshots += kind == Kind::kFull || kind == Kind::kDifference;
    } else if (const auto is_snapshot = decoder.apply(*payload); !is_snapshot) {
      scan.damage.push_back({at, size});
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
    at += size;
  }
  return scan;
}

}  // namespace bpfpush
