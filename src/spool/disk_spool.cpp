#include "spool/disk_spool.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"

namespace bpfpush {
namespace asio = boost::asio;

Result<std::unique_ptr<DiskSpool>> DiskSpool::open(const asio::any_io_executor& executor,
                                                   Storage& storage, Clock& clock,
                                                   DiskSpoolOptions options) {
  CHECK(options.bytes_max >= kBytesMin);
  std::unique_ptr<DiskSpool> spool(new DiskSpool(executor, storage, clock, options));
  auto on_thinned = [cursors = &spool->cursors_](std::span<const std::uint64_t> ids) {
    for (DiskCursor& cursor : *cursors) cursor.on_thinned(ids);
  };
  auto log = SegmentLog::open(storage, {spool->segment_bytes_max(),
                                        options.sync_interval.has_value(), std::move(on_thinned)});
  if (!log) return log.error();
  spool->log_ = std::move(*log);
  const Result<void> found = spool->find_next_id();
  if (!found) return found.error();
  return spool;
}

DiskSpool::DiskSpool(const asio::any_io_executor& executor, Storage& storage, Clock& clock,
                     DiskSpoolOptions options)
    : storage_(storage),
      clock_(clock),
      options_(options),
      changed_(executor, asio::steady_timer::time_point::max()) {}

// Above all ids there were, also those that only a cursor still knows: it must not take a new
// snapshot for one that it passed.
Result<void> DiskSpool::find_next_id() {
  for (const SegmentInfo& segment : log_->segments()) {
    next_id_ = std::max(next_id_, segment.last_id + 1);
  }
  const auto files = storage_.list();
  if (!files) return files.error();
  for (const StoredFile& file : *files) {
    if (!is_cursor_file_name(file.name)) continue;
    const auto cursor = CursorFile::open(storage_, file.name);
    if (!cursor) return cursor.error();
    next_id_ = std::max(next_id_, cursor->saved().value_or(0));
  }
  return {};
}

asio::awaitable<void> DiskSpool::append(std::shared_ptr<const Snapshot> snapshot) {
  CHECK(!closed_);
  recent_.push_back({next_id_++, !std::exchange(run_began_, true), std::move(snapshot)});
  unwritten_ += 1;
  for (DiskCursor& cursor : cursors_) cursor.on_append();
  changed_.cancel();
  co_await write_recent();
  trim_recent();
  co_await sync_if_due();
}

asio::awaitable<void> DiskSpool::write_recent() {
  while (unwritten_ > 0) {
    const std::size_t index = recent_.size() - unwritten_;
    const std::uint64_t bytes = log_->encode(recent_[index]);
    const Result<bool> room = co_await make_room(bytes);
    if (room && !*room) {
      log_->abandon();
      log::error("spool: a snapshot is too large for max_bytes, and evicted",
                 {{"bytes", std::to_string(bytes)}});
      evict_recent(index);
      continue;
    }
    if (!room) {
      log_->abandon();
      disk_failed(room.error());
      co_return;
    }
    const Result<void> written = log_->write();
    if (!written) {
      disk_failed(written.error());
      co_return;
    }
    unwritten_ -= 1;
    disk_works();
  }
}

void DiskSpool::evict_recent(std::size_t index) {
  for (DiskCursor& cursor : cursors_) cursor.on_evicted(recent_[index].id);
  recent_.erase(recent_.begin() + static_cast<std::ptrdiff_t>(index));
  unwritten_ -= 1;
}

// The last that was written stays, so that an endpoint that keeps up never reads the disk.
void DiskSpool::trim_recent() {
  while (recent_.size() > unwritten_ + 1) recent_.pop_front();
  std::size_t bytes = 0;
  for (const StoredSnapshot& stored : recent_) bytes += memory_bytes(*stored.snapshot);
  while (bytes > options_.memory_bytes_max && unwritten_ > 1) {
    const std::size_t index = recent_.size() - unwritten_;
    bytes -= memory_bytes(*recent_[index].snapshot);
    evict_recent(index);
  }
}

asio::awaitable<void> DiskSpool::sync_if_due() {
  const BootTime now = clock_.now();
  if (!options_.sync_interval || now - last_sync_ < *options_.sync_interval) co_return;
  last_sync_ = now;
  Result<void> result = co_await log_->sync();
  for (DiskCursor& cursor : cursors_) {
    if (!result || cursor.file().is_synced()) continue;
    result = co_await cursor.file().sync();
  }
  if (!result) disk_failed(result.error());
}

void DiskSpool::close() {
  closed_ = true;
  log_->seal();
  changed_.cancel();
}

CursorId DiskSpool::open_cursor(const std::string& endpoint) {
  auto file = CursorFile::open(storage_, cursor_file_name(endpoint));
  if (!file) disk_failed(file.error());
  cursors_.emplace_back(
      file ? std::move(*file) : CursorFile::create(storage_, cursor_file_name(endpoint)), *log_);
  return cursors_.size() - 1;
}

asio::awaitable<bool> DiskSpool::wait_until_readable(CursorId cursor) {
  co_await save_cursor(cursor);
  bool failed = false;
  for (;;) {
    const Result<bool> loaded = cursors_[cursor].load(recent_);
    if (loaded && *loaded) co_return true;
    if (!loaded && !std::exchange(failed, true)) disk_failed(loaded.error());
    if (closed_) co_return false;
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

// What pop() left to be awaited.
asio::awaitable<void> DiskSpool::save_cursor(CursorId cursor) {
  CursorFile& file = cursors_[cursor].file();
  Result<void> result;
  if (file.is_to_be_replaced()) {
    result = co_await file.replace(options_.sync_interval.has_value());
  } else if (!file.is_synced() && options_.sync_interval == std::chrono::nanoseconds(0)) {
    result = co_await file.sync();
  }
  if (!result) disk_failed(result.error());
}

SpooledSnapshot DiskSpool::front(CursorId cursor) const {
  CHECK(cursors_[cursor].front());
  return *cursors_[cursor].front();
}

void DiskSpool::pop(CursorId cursor, std::uint64_t id) {
  cursors_[cursor].pass(id);
  const Result<void> saved = cursors_[cursor].file().save(cursors_[cursor].next());
  if (!saved) disk_failed(saved.error());
  const Result<bool> removed = remove_passed(false);
  if (!removed) disk_failed(removed.error());
}

SpoolState DiskSpool::state(CursorId cursor) const {
  return cursors_[cursor].state();
}

std::optional<SpoolDisk> DiskSpool::disk() const {
  SpoolDisk disk = disk_;
  disk.bytes = log_->bytes();
  return disk;
}

void DiskSpool::disk_failed(const Error& error) {
  disk_.errors += 1;
  if (std::exchange(disk_.failing, true)) return;
  log::error("spool: the disk fails, going on in memory", {{"error", error.message()}});
}

void DiskSpool::disk_works() {
  if (!std::exchange(disk_.failing, false)) return;
  log::info("spool: the disk works again");
}

}  // namespace bpfpush
