#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <vector>

#include "spool/spool.hpp"

namespace bpfpush {

// A spool in memory: gone with the process. When it is full the oldest snapshot is evicted, and
// counted for every cursor that had not passed it. The newest is always kept, so a snapshot larger
// than the bound still goes out.
class MemorySpool final : public Spool {
 public:
  MemorySpool(const boost::asio::any_io_executor& executor, std::size_t bytes_max);

  boost::asio::awaitable<void> append(std::shared_ptr<const Snapshot> snapshot) override;
  void close() override;
  CursorId open_cursor(const std::string& endpoint) override;
  boost::asio::awaitable<bool> wait_until_readable(CursorId cursor) override;
  SpooledSnapshot front(CursorId cursor) const override;
  void pop(CursorId cursor, std::uint64_t id) override;
  SpoolState state(CursorId cursor) const override;

 private:
  struct Entry {
    std::shared_ptr<const Snapshot> snapshot;
    std::size_t bytes = 0;
  };
  struct Cursor {
    std::uint64_t next = 0;  // the id of the first snapshot not passed
    std::uint64_t evicted = 0;
    std::uint64_t passed = 0;
  };

  std::uint64_t end() const { return first_ + entries_.size(); }
  void drop_front();
  void drop_passed();

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0;  // the id of entries_.front()
  std::deque<Entry> entries_;
  std::vector<Cursor> cursors_;
  bool closed_ = false;
  boost::asio::steady_timer changed_;  // never expires; cancelled to wake who waits for a snapshot
};

}  // namespace bpfpush
