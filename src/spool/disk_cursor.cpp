#include "spool/disk_cursor.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.hpp"

namespace bpfpush {

DiskCursor::DiskCursor(CursorFile file, SegmentLog& log)
    : file_(std::move(file)), log_(log), next_(file_.saved().value_or(0)) {
  for (const SegmentInfo& segment : log_.segments()) {
    state_.pending_snapshots += pending_in(segment);
  }
}

Result<bool> DiskCursor::load(const RecentSnapshots& recent) {
  while (!front_) {
    const auto& segments = log_.segments();
    const auto reaches = [this](const SegmentInfo& one) { return one.last_id >= next_; };
    const bool in_memory = !recent.empty() && recent.front().id <= next_;
    const auto segment = std::find_if(segments.begin(), segments.end(), reaches);
    if (in_memory || segment == segments.end()) {
      const auto is_next = [this](const StoredSnapshot& one) { return one.id >= next_; };
      const auto found = std::find_if(recent.begin(), recent.end(), is_next);
      reader_.reset();
      if (found == recent.end()) return false;
      take(*found);
      return true;
    }
    const SegmentInfo copy = *segment;
    const Result<bool> found = load_from(copy);
    if (!found && found.error() != system_error(ENOENT, "")) return found.error();
    if (found && *found) return true;
    log_.set_damaged(copy.first_id);
    const std::uint64_t before = state_.damaged_snapshots;
    skip(copy, state_.damaged_snapshots);
    log::error("spool: snapshots are damaged, and left out",
               {{"segment", spool_format::segment_name(copy.first_id)},
                {"snapshots", std::to_string(state_.damaged_snapshots - before)}});
  }
  return true;
}

// False if what is left of the segment cannot be read.
Result<bool> DiskCursor::load_from(const SegmentInfo& segment) {
  if (!reader_ || reader_of_ != segment.first_id) {
    auto reader = log_.read(segment);
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
    reader_of_ = segment.first_id;
  } else if (reader_->bytes() < segment.bytes) {
    const Result<void> more = log_.read_on(segment, *reader_);
    if (!more) return more.error();
  }
  while (reader_->next()) {
    if (reader_->id() < next_) continue;
    take(reader_->snapshot());
    return true;
  }
  return false;
}

void DiskCursor::take(const StoredSnapshot& stored) {
  front_ = SpooledSnapshot{stored.id, stored.snapshot};
}

void DiskCursor::pass(std::uint64_t id) {
  if (id < next_) return;
  // One that was thinned meanwhile was counted then.
  if (front_ && front_->id == id) {
    state_.passed_snapshots += 1;
    state_.pending_snapshots -= 1;
  }
  if (front_ && front_->id <= id) front_.reset();
  next_ = id + 1;
}

void DiskCursor::on_thinned(std::span<const std::uint64_t> ids) {
  const auto begin = std::lower_bound(ids.begin(), ids.end(), next_);
  const auto count = static_cast<std::uint64_t>(ids.end() - begin);
  state_.thinned_snapshots += count;
  state_.pending_snapshots -= count;
  if (front_ && std::binary_search(begin, ids.end(), front_->id)) front_.reset();
  reader_.reset();  // it may read a segment that is gone
}

void DiskCursor::on_evicted(const SegmentInfo& segment) {
  if (next_ > segment.last_id) return;
  skip(segment, state_.evicted_snapshots);
}

void DiskCursor::on_evicted(std::uint64_t id) {
  if (next_ > id) return;
  state_.evicted_snapshots += 1;
  state_.pending_snapshots -= 1;
  if (front_ && front_->id == id) front_.reset();
}

// Leaves the rest of a segment behind.
void DiskCursor::skip(const SegmentInfo& segment, std::uint64_t& counter) {
  const std::uint64_t lost = pending_in(segment);
  counter += lost;
  state_.pending_snapshots -= lost;
  next_ = segment.last_id + 1;
  if (front_ && front_->id < next_) front_.reset();
  reader_.reset();
}

std::uint64_t DiskCursor::pending_in(const SegmentInfo& segment) const {
  if (next_ <= segment.first_id) return segment.snapshots;
  if (next_ > segment.last_id) return 0;
  if (segment.last_id - segment.first_id + 1 == segment.snapshots) {
    return segment.last_id - next_ + 1;
  }
  auto reader = log_.read(segment);
  std::uint64_t passed = 0;
  while (reader && reader->next() && reader->id() < next_) passed += 1;
  return segment.snapshots - std::min<std::uint64_t>(passed, segment.snapshots);
}

SpoolState DiskCursor::state() const {
  SpoolState state = state_;
  for (const SegmentInfo& segment : log_.segments()) {
    if (segment.last_id < next_ || segment.snapshots == 0) continue;
    const auto ids = static_cast<double>(segment.last_id - segment.first_id + 1);
    const auto left = static_cast<double>(segment.last_id + 1 - std::max(next_, segment.first_id));
    state.pending_bytes +=
        static_cast<std::uint64_t>(static_cast<double>(segment.bytes) * (left / ids));
  }
  return state;
}

}  // namespace bpfpush
