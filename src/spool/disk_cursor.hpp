#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "spool/cursor_file.hpp"
#include "spool/segment_log.hpp"
#include "spool/spool.hpp"

namespace bpfpush {

// The snapshots that are in memory, by ascending id: those not written yet, behind the last that
// was.
using RecentSnapshots = std::deque<StoredSnapshot>;

// One endpoint's way through the log.
class DiskCursor {
 public:
  // Stands where the file says, or at the oldest snapshot. The log outlives this.
  DiskCursor(CursorFile file, SegmentLog& log);

  CursorFile& file() { return file_; }
  std::uint64_t next() const { return next_; }  // the first id not passed
  const std::optional<SpooledSnapshot>& front() const { return front_; }

  // Makes the next snapshot the front, unless there is one; false if nothing is pending. What is
  // damaged is counted and left behind. An error if the log could not be read just now.
  Result<bool> load(const RecentSnapshots& recent);

  void pass(std::uint64_t id);

  // What happened to the log.
  void on_append() { state_.pending_snapshots += 1; }
  void on_thinned(std::span<const std::uint64_t> ids);
  void on_evicted(const SegmentInfo& segment);  // before it is
  void on_evicted(std::uint64_t id);            // of one that was only in memory

  SpoolState state() const;

 private:
  Result<bool> load_from(const SegmentInfo& segment);
  std::uint64_t pending_in(const SegmentInfo& segment) const;
  void skip(const SegmentInfo& segment, std::uint64_t& counter);
  void take(const StoredSnapshot& stored);

  CursorFile file_;
  SegmentLog& log_;
  std::uint64_t next_ = 0;
  SpoolState state_;
  std::optional<SpooledSnapshot> front_;
  std::optional<SegmentReader> reader_;
  std::uint64_t reader_of_ = 0;  // the segment's first id
};

}  // namespace bpfpush
