// How a DiskSpool stays under its cap.
#include <algorithm>
#include <cerrno>

#include "base/log.hpp"
#include "spool/disk_spool.hpp"
#include "spool/thinning.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

// For cursors of endpoints to come, and for the lock.
constexpr std::uint64_t kOtherFilesBytes = 8 * CursorFile::kDiskBytesMax + 4096;

}  // namespace

// What segments may take.
std::uint64_t DiskSpool::segment_bytes_max() const {
  const std::uint64_t cursors = cursors_.size() * CursorFile::kDiskBytesMax;
  return options_.bytes_max - std::min(options_.bytes_max / 2, kOtherFilesBytes + cursors);
}

// Room for two neighbours made one while both are still there, and for the end of a segment.
std::uint64_t DiskSpool::rewrite_bytes() const {
  std::uint64_t largest = 0;
  for (const SegmentInfo& segment : log_->segments()) {
    if (segment.sealed) largest = std::max(largest, disk_bytes(segment.bytes));
  }
  return std::min(2 * largest, segment_bytes_max() / 4) + disk_bytes(1);
}

// Makes room for so many bytes; false if there is none to be made.
asio::awaitable<Result<bool>> DiskSpool::make_room(std::uint64_t bytes) {
  for (;;) {
    if (log_->bytes() + bytes + rewrite_bytes() <= segment_bytes_max()) co_return true;
    Result<bool> made = remove_passed(true);
    if (made && !*made) made = co_await thin_once();
    if (made && !*made) made = evict_oldest();
    if (!made) co_return made;
    if (!*made) co_return log_->bytes() + bytes <= segment_bytes_max();
  }
}

// Segments that every endpoint has passed. What is damaged is not deleted before its room is
// needed: somebody may yet want to look at it.
Result<bool> DiskSpool::remove_passed(bool with_damaged) {
  if (cursors_.empty() || log_->is_thinning()) return false;
  std::uint64_t passed = cursors_.front().next();
  for (const DiskCursor& cursor : cursors_) passed = std::min(passed, cursor.next());
  bool removed_any = false;
  for (std::size_t i = 0; i < log_->segments().size();) {
    const SegmentInfo& segment = log_->segments()[i];
    if (segment.last_id >= passed) break;
    if (!segment.sealed || (!segment.readable && !with_damaged)) {
      ++i;
      continue;
    }
    const Result<void> removed = log_->remove(i);
    if (!removed) return removed.error();
    removed_any = true;
  }
  return removed_any;
}

// False if there is nothing left to be thinned. A choice that came to nothing is one less.
asio::awaitable<Result<bool>> DiskSpool::thin_once() {
  const auto choice = choose_thinning(log_->segments(), next_id_, options_.coarsest_step);
  if (!choice) co_return false;
  const Result<void> thinned = co_await log_->thin(*choice);
  if (thinned) co_return true;
  // On a full disk only removing helps.
  if (thinned.error() == system_error(ENOSPC, "")) co_return false;
  co_return thinned.error();
}

Result<bool> DiskSpool::evict_oldest() {
  if (log_->segments().empty() || !log_->segments().front().sealed) return false;
  const SegmentInfo oldest = log_->segments().front();
  for (DiskCursor& cursor : cursors_) cursor.on_evicted(oldest);
  const Result<void> removed = log_->remove(0);
  if (!removed) return removed.error();
  return true;
}

}  // namespace bpfpush
