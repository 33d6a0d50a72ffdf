#include "spool/memory_spool.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.hpp"

namespace bpfpush {
namespace asio = boost::asio;

MemorySpool::MemorySpool(const asio::any_io_executor& executor, std::size_t bytes_max)
    : bytes_max_(bytes_max), changed_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<void> MemorySpool::append(std::shared_ptr<const Snapshot> snapshot) {
  CHECK(!closed_);
  const std::size_t bytes = memory_bytes(*snapshot);
  while (!entries_.empty() && bytes_ + bytes > bytes_max_) {
    for (Cursor& cursor : cursors_) {
      if (cursor.next > first_) continue;
      cursor.next = first_ + 1;
      cursor.evicted += 1;
    }
    drop_front();
  }
  entries_.push_back({std::move(snapshot), bytes});
  bytes_ += bytes;
  changed_.cancel();
  co_return;
}

void MemorySpool::close() {
  closed_ = true;
  changed_.cancel();
}

CursorId MemorySpool::open_cursor(const std::string& /*endpoint*/) {
  cursors_.push_back({first_, 0});
  return cursors_.size() - 1;
}

asio::awaitable<bool> MemorySpool::wait_until_readable(CursorId cursor) {
  while (cursors_[cursor].next == end()) {
    if (closed_) co_return false;
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return true;
}

SpooledSnapshot MemorySpool::front(CursorId cursor) const {
  const std::uint64_t id = cursors_[cursor].next;
  CHECK(id < end());
  return {id, entries_[id - first_].snapshot};
}

void MemorySpool::pop(CursorId cursor, std::uint64_t id) {
  CHECK(id < end());
  if (cursors_[cursor].next <= id) cursors_[cursor].passed += 1;
  cursors_[cursor].next = std::max(cursors_[cursor].next, id + 1);
  drop_passed();
}

SpoolState MemorySpool::state(CursorId cursor) const {
  SpoolState state{.passed_snapshots = cursors_[cursor].passed,
                   .evicted_snapshots = cursors_[cursor].evicted};
  for (std::uint64_t id = cursors_[cursor].next; id < end(); ++id) {
    state.pending_snapshots += 1;
    state.pending_bytes += entries_[id - first_].bytes;
  }
  return state;
}

void MemorySpool::drop_front() {
  bytes_ -= entries_.front().bytes;
  entries_.pop_front();
  first_ += 1;
}

void MemorySpool::drop_passed() {
  const auto passed = [this](const Cursor& cursor) { return cursor.next > first_; };
  while (!entries_.empty() && std::all_of(cursors_.begin(), cursors_.end(), passed)) drop_front();
}

}  // namespace bpfpush
