#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spool/format.hpp"
#include "spool/snapshot_decoder.hpp"

namespace bpfpush {

// What is known of a segment without its bytes.
struct SegmentInfo {
  std::uint64_t first_id = 0;
  std::uint64_t last_id = 0;
  std::uint64_t bytes = 0;
  std::uint32_t snapshots = 0;
  std::uint8_t level = 0;  // every 2^level-th snapshot is left
  std::chrono::nanoseconds first_since_boot{};
  std::chrono::nanoseconds last_since_boot{};
  bool sealed = false;    // nothing more is appended
  bool readable = true;   // false: some of it is damaged, or of a version that is not known
  bool thinnable = true;  // with the one after it; false: it was tried, and nothing came of it

  spool_format::SegmentEnd end() const;
  void set_end(const spool_format::SegmentEnd& end);
};

// Reads the snapshots of a segment one after the other, up to damage that cannot be repaired.
class SegmentReader {
 public:
  explicit SegmentReader(std::string bytes);

  // More of the segment, from where the bytes so far end.
  void extend(std::string_view bytes) { bytes_ += bytes; }
  std::size_t bytes() const { return bytes_.size(); }

  // Goes to the next snapshot; false if there is none, or no valid one.
  bool next();
  std::uint64_t id() const { return decoder_.id(); }
  StoredSnapshot snapshot() const { return decoder_.snapshot(); }

  std::uint32_t snapshots() const { return snapshots_; }  // read so far
  std::size_t offset() const { return at_; }              // of what was not read yet
  bool at_end() const { return at_ == bytes_.size(); }    // else next() stopped at damage
  const std::optional<spool_format::SegmentEnd>& end() const { return end_; }

 private:
  bool is_mendable();
  bool is_past_last_snapshot() const;

  std::string bytes_;
  std::size_t at_ = 0;
  std::size_t repaired_bytes_ = 0;  // how many there were when they were repaired
  SnapshotDecoder decoder_;
  std::uint32_t snapshots_ = 0;
  std::optional<spool_format::SegmentEnd> end_;
  bool stopped_ = false;
};

// Bytes of a segment that are no valid record, or a record that does not follow those before it.
struct SegmentDamage {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  bool repaired = false;  // a record, or the head, that can be restored

  friend bool operator==(const SegmentDamage&, const SegmentDamage&) = default;
};

// Everything that can be found out about a segment's bytes.
struct SegmentScan {
  spool_format::HeadState head = spool_format::HeadState::kValid;
  std::uint32_t records = 0;           // valid ones, or repaired
  std::uint32_t snapshots = 0;         // that can be read
  std::uint32_t unread_snapshots = 0;  // valid, but behind damage: what they differ from is missing
  std::uint64_t first_id = 0;          // of those that can be read
  std::uint64_t last_id = 0;
  Instant first;
  Instant last;
  std::vector<SegmentDamage> damage;  // the head's too
  std::uint64_t torn_bytes = 0;       // invalid up to the end of the file
  std::optional<spool_format::SegmentEnd> end = {};

  bool is_whole() const;  // but for what is torn: all there was can be read
};
SegmentScan scan_segment(std::string_view bytes);

}  // namespace bpfpush
