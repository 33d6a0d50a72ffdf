#include "spool/memory_spool.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

namespace bpfpush {
namespace {

namespace asio = boost::asio;

// What every snapshot of these tests counts as.
const std::size_t kBytes = memory_bytes(Snapshot());

// A spool, and its coroutines run to where they cannot go on by themselves.
class MemorySpoolTest : public testing::Test {
 protected:
  // How a wait_until_readable() ended, if it did.
  struct Wait {
    bool cancelled = false;
    std::optional<bool> readable;
    asio::cancellation_signal signal;
  };

  std::shared_ptr<const Snapshot> append(MemorySpool& spool) {
    auto snapshot = std::make_shared<const Snapshot>();
    auto rethrow = [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    };
    asio::co_spawn(io_, spool.append(snapshot), rethrow);
    poll();
    return snapshot;
  }

  void begin_wait(MemorySpool& spool, CursorId cursor, Wait& wait) {
    auto done = [&wait](const std::exception_ptr& error, bool readable) {
      wait.cancelled = error != nullptr;
      if (!error) wait.readable = readable;
    };
    asio::co_spawn(io_, spool.wait_until_readable(cursor),
                   asio::bind_cancellation_slot(wait.signal.slot(), done));
    poll();
  }

  void poll() {
    io_.restart();
    io_.poll();
  }

  asio::io_context io_{1};
};

TEST_F(MemorySpoolTest, GivesSnapshotsInTheOrderTheyCame) {
  MemorySpool spool(io_.get_executor(), 10 * kBytes);
  const CursorId cursor = spool.open_cursor("main");
  const auto first = append(spool);
  const auto second = append(spool);
  const SpooledSnapshot front = spool.front(cursor);
  EXPECT_EQ(front.snapshot, first);
  spool.pop(cursor, front.id);
  EXPECT_EQ(spool.front(cursor).snapshot, second);
  EXPECT_GT(spool.front(cursor).id, front.id);
}

TEST_F(MemorySpoolTest, CountsWhatIsPending) {
  MemorySpool spool(io_.get_executor(), 10 * kBytes);
  const CursorId cursor = spool.open_cursor("main");
  EXPECT_EQ(spool.state(cursor).pending_snapshots, 0);
  append(spool);
  append(spool);
  EXPECT_EQ(spool.state(cursor).pending_snapshots, 2);
  EXPECT_EQ(spool.state(cursor).pending_bytes, 2 * kBytes);
  spool.pop(cursor, spool.front(cursor).id);
  EXPECT_EQ(spool.state(cursor).pending_snapshots, 1);
  EXPECT_EQ(spool.state(cursor).pending_bytes, kBytes);
  EXPECT_EQ(spool.state(cursor).evicted_snapshots, 0);
}

TEST_F(MemorySpoolTest, KeepsASnapshotUntilEveryCursorHasPassedIt) {
  MemorySpool spool(io_.get_executor(), 10 * kBytes);
  const CursorId fast = spool.open_cursor("fast");
  const CursorId slow = spool.open_cursor("slow");
  std::weak_ptr<const Snapshot> watched = append(spool);
  spool.pop(fast, spool.front(fast).id);
  ASSERT_FALSE(watched.expired());
  EXPECT_EQ(spool.front(slow).snapshot, watched.lock());
  spool.pop(slow, spool.front(slow).id);
  EXPECT_TRUE(watched.expired());
}

TEST_F(MemorySpoolTest, StartsANewCursorAtTheOldestSnapshotItHolds) {
  MemorySpool spool(io_.get_executor(), 10 * kBytes);
  const CursorId early = spool.open_cursor("early");
  append(spool);
  const auto second = append(spool);
  spool.pop(early, spool.front(early).id);
  const CursorId late = spool.open_cursor("late");
  EXPECT_EQ(spool.front(late).snapshot, second);
  EXPECT_EQ(spool.state(late).pending_snapshots, 1);
  EXPECT_EQ(spool.state(late).evicted_snapshots, 0);
}

TEST_F(MemorySpoolTest, EvictsTheOldestWhenItIsFull) {
  MemorySpool spool(io_.get_executor(), 2 * kBytes);
  const CursorId cursor = spool.open_cursor("main");
  std::weak_ptr<const Snapshot> oldest = append(spool);
  const auto second = append(spool);
  EXPECT_EQ(spool.state(cursor).evicted_snapshots, 0);
  append(spool);
  EXPECT_TRUE(oldest.expired());
  EXPECT_EQ(spool.front(cursor).snapshot, second);
  EXPECT_EQ(spool.state(cursor).evicted_snapshots, 1);
  EXPECT_EQ(spool.state(cursor).pending_bytes, 2 * kBytes);
}

TEST_F(MemorySpoolTest, CountsAnEvictionOnlyForWhoHadNotPassedTheSnapshot) {
  MemorySpool spool(io_.get_executor(), 2 * kBytes);
  const CursorId fast = spool.open_cursor("fast");
  const CursorId slow = spool.open_cursor("slow");
  append(spool);
  spool.pop(fast, spool.front(fast).id);
  append(spool);
  append(spool);
  EXPECT_EQ(spool.state(fast).evicted_snapshots, 0);
  EXPECT_EQ(spool.state(fast).pending_snapshots, 2);
  EXPECT_EQ(spool.state(slow).evicted_snapshots, 1);
  EXPECT_EQ(spool.state(slow).pending_snapshots, 2);
}

TEST_F(MemorySpoolTest, KeepsTheNewestEvenIfItIsOverTheBound) {
  MemorySpool spool(io_.get_executor(), 1);
  const CursorId cursor = spool.open_cursor("main");
  append(spool);
  const auto newest = append(spool);
  EXPECT_EQ(spool.state(cursor).pending_snapshots, 1);
  EXPECT_EQ(spool.state(cursor).evicted_snapshots, 1);
  EXPECT_EQ(spool.front(cursor).snapshot, newest);
}

TEST_F(MemorySpoolTest, HoldsNoMoreThanItsBoundWithNobodyReading) {
  MemorySpool spool(io_.get_executor(), 3 * kBytes);
  for (int i = 0; i < 10; ++i) append(spool);
  EXPECT_EQ(spool.state(spool.open_cursor("late")).pending_bytes, 3 * kBytes);
}

TEST_F(MemorySpoolTest, IgnoresThePopOfWhatItEvicted) {
  MemorySpool spool(io_.get_executor(), 2 * kBytes);
  const CursorId cursor = spool.open_cursor("main");
  append(spool);
  const SpooledSnapshot in_flight = spool.front(cursor);
  const auto second = append(spool);
  append(spool);
  spool.pop(cursor, in_flight.id);
  EXPECT_EQ(spool.front(cursor).snapshot, second);
  EXPECT_EQ(spool.state(cursor).pending_snapshots, 2);
}

TEST_F(MemorySpoolTest, KeepsAnEvictedSnapshotAliveForWhoIsSendingIt) {
  MemorySpool spool(io_.get_executor(), kBytes);
  const CursorId cursor = spool.open_cursor("main");
  append(spool);
  const SpooledSnapshot in_flight = spool.front(cursor);
  append(spool);
  EXPECT_EQ(in_flight.snapshot.use_count(), 1);
  EXPECT_TRUE(in_flight.snapshot->families.empty());
}

TEST_F(MemorySpoolTest, IsReadableAtOnceWithASnapshotInIt) {
  MemorySpool spool(io_.get_executor(), kBytes);
  const CursorId cursor = spool.open_cursor("main");
  append(spool);
  Wait wait;
  begin_wait(spool, cursor, wait);
  EXPECT_EQ(wait.readable, true);
}

TEST_F(MemorySpoolTest, WakesEveryoneWhoWaitsForASnapshot) {
  MemorySpool spool(io_.get_executor(), kBytes);
  Wait first;
  Wait second;
  begin_wait(spool, spool.open_cursor("first"), first);
  begin_wait(spool, spool.open_cursor("second"), second);
  EXPECT_FALSE(first.readable);
  EXPECT_FALSE(second.readable);
  append(spool);
  EXPECT_EQ(first.readable, true);
  EXPECT_EQ(second.readable, true);
}

TEST_F(MemorySpoolTest, EndsAWaitWhenItIsClosedEmpty) {
  MemorySpool spool(io_.get_executor(), kBytes);
  Wait wait;
  begin_wait(spool, spool.open_cursor("main"), wait);
  spool.close();
  poll();
  EXPECT_EQ(wait.readable, false);
}

TEST_F(MemorySpoolTest, IsReadableAfterItWasClosedUntilTheEnd) {
  MemorySpool spool(io_.get_executor(), kBytes);
  const CursorId cursor = spool.open_cursor("main");
  append(spool);
  spool.close();
  Wait before;
  begin_wait(spool, cursor, before);
  EXPECT_EQ(before.readable, true);
  spool.pop(cursor, spool.front(cursor).id);
  Wait after;
  begin_wait(spool, cursor, after);
  EXPECT_EQ(after.readable, false);
}

TEST_F(MemorySpoolTest, CancelsOneWaitAndLeavesTheOther) {
  MemorySpool spool(io_.get_executor(), kBytes);
  Wait cancelled;
  Wait other;
  begin_wait(spool, spool.open_cursor("cancelled"), cancelled);
  begin_wait(spool, spool.open_cursor("other"), other);
  cancelled.signal.emit(asio::cancellation_type::terminal);
  poll();
  EXPECT_TRUE(cancelled.cancelled);
  EXPECT_FALSE(other.cancelled);
  EXPECT_FALSE(other.readable);
  append(spool);
  EXPECT_EQ(other.readable, true);
}

TEST_F(MemorySpoolTest, CanBeDestroyedWithAWaitUnderWay) {
  Wait wait;
  {
    MemorySpool spool(io_.get_executor(), kBytes);
    begin_wait(spool, spool.open_cursor("main"), wait);
  }
  EXPECT_FALSE(wait.readable);
}

}  // namespace
}  // namespace bpfpush
