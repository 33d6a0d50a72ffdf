#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "env/clock.hpp"
#include "env/storage.hpp"
#include "spool/disk_cursor.hpp"
#include "spool/segment_log.hpp"
#include "spool/spool.hpp"

namespace bpfpush {

struct DiskSpoolOptions {
  std::uint64_t bytes_max = 64u << 20;  // on the disk, in whole blocks; at least kBytesMin
  // After how long what was written is synced: zero is after every write and every answer, none is
  // never.
  std::optional<std::chrono::nanoseconds> sync_interval = std::chrono::seconds(5);
  std::chrono::nanoseconds coarsest_step = std::chrono::hours(1);
  std::size_t memory_bytes_max = 4u << 20;  // for what the disk does not take
};

// A spool on disk, which format.hpp describes. What does not fit is thinned, the oldest most; when
// all is as thin as it may be, the oldest segment is evicted. While the disk cannot be written,
// snapshots are kept in memory, and written when it can. Memory does not grow with the backlog: an
// endpoint that is behind reads one segment at a time.
class DiskSpool final : public Spool {
 public:
  static constexpr std::uint64_t kBytesMin = 1u << 20;

  // Storage and clock outlive this.
  static Result<std::unique_ptr<DiskSpool>> open(const boost::asio::any_io_executor& executor,
                                                 Storage& storage, Clock& clock,
                                                 DiskSpoolOptions options);

  // Returns when the snapshot is written, and synced where that is due: an endpoint gets it before.
  boost::asio::awaitable<void> append(std::shared_ptr<const Snapshot> snapshot) override;
  void close() override;
  CursorId open_cursor(const std::string& endpoint) override;
  boost::asio::awaitable<bool> wait_until_readable(CursorId cursor) override;
  SpooledSnapshot front(CursorId cursor) const override;
  void pop(CursorId cursor, std::uint64_t id) override;
  SpoolState state(CursorId cursor) const override;
  std::optional<SpoolDisk> disk() const override;

 private:
  DiskSpool(const boost::asio::any_io_executor& executor, Storage& storage, Clock& clock,
            DiskSpoolOptions options);

  Result<void> find_next_id();
  boost::asio::awaitable<void> write_recent();
  void evict_recent(std::size_t index);
  void trim_recent();
  boost::asio::awaitable<void> sync_if_due();
  boost::asio::awaitable<void> save_cursor(CursorId cursor);

  // In disk_room.cpp.
  boost::asio::awaitable<Result<bool>> make_room(std::uint64_t bytes);
  std::uint64_t segment_bytes_max() const;
  std::uint64_t rewrite_bytes() const;
  Result<bool> remove_passed(bool with_damaged);
  boost::asio::awaitable<Result<bool>> thin_once();
  Result<bool> evict_oldest();

  void disk_failed(const Error& error);
  void disk_works();

  Storage& storage_;
  Clock& clock_;
  DiskSpoolOptions options_;
  std::unique_ptr<SegmentLog> log_;
  std::deque<DiskCursor> cursors_;
  RecentSnapshots recent_;
  std::size_t unwritten_ = 0;  // the last of them
  std::uint64_t next_id_ = 1;
  bool run_began_ = false;
  BootTime last_sync_{};
  SpoolDisk disk_;
  bool closed_ = false;
  boost::asio::steady_timer changed_;  // never expires; cancelled to wake who waits for a snapshot
};

}  // namespace bpfpush
