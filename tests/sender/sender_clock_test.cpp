// What timestamps a sender gives while the host's clock does as it likes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(SenderClock, HoldsSnapshotsUntilTheDateIsSetAndStampsThemRight) {
  SenderWorld world;
  const WallTime right = world.clock.wall_now();
  world.clock.step =
      -std::chrono::duration_cast<std::chrono::milliseconds>(right.time_since_epoch() - 1h);
  world.clock.synchronized = false;
  world.append();
  world.start();
  world.run_for(15s);
  world.append();
  world.run_for(15s);
  EXPECT_THAT(world.transport.posted, IsEmpty());
  EXPECT_TRUE(world.sender.counters().held);
  world.clock.step = 0ms;
  world.clock.synchronized = true;
  world.run_for(2s);
  EXPECT_THAT(world.posted_timestamps(), ElementsAre(right, right + 15s));
  EXPECT_FALSE(world.sender.counters().held);
}

TEST(SenderClock, EndsWithSnapshotsLeftWhenTheDateIsNeverSet) {
  SenderWorld world;
  world.clock.step = -world.clock.wall_now().time_since_epoch();
  world.append();
  world.start();
  world.run_for(15s);
  world.stop();
  world.run_for(0s);
  EXPECT_EQ(world.end(), SenderWorld::End::kReturned);
  EXPECT_EQ(world.backlog().pending_snapshots, 1);
}

TEST(SenderClock, AsksTheReceiversDateFirstWhereNobodyVouchesForItsOwn) {
  SenderWorld world;
  const WallTime right = world.clock.wall_now();
  world.transport.otherwise.date = std::chrono::floor<std::chrono::seconds>(right);
  world.clock.synchronized = false;
  world.clock.step = 24h * 365 * 13;  // 2036
  world.append();
  world.start();
  world.run_for(1s);
  ASSERT_EQ(world.transport.posted.size(), 2u);
  ASSERT_EQ(world.posted_timestamps().size(), 1u) << "the first had no samples";
  EXPECT_LE(world.posted_timestamps()[0] - right, 1s);
  EXPECT_GE(world.posted_timestamps()[0] - right, -1s);
  EXPECT_EQ(world.sender.counters().requests_delivered, 1);
}

TEST(SenderClock, AscendsAndStaysNearTheReceiverThroughEveryStep) {
  SenderWorld world;
  const BootTime begin = world.clock.now();
  const WallTime right = world.clock.wall_now();
  const auto truth = [&] {
    return right + std::chrono::floor<std::chrono::milliseconds>(world.clock.now() - begin);
  };
  world.transport.before_answer = [&] {
    world.transport.otherwise.date = std::chrono::floor<std::chrono::seconds>(truth());
  };
  world.start();
  for (const auto step : {0ms, 200ms, -200ms, -60'000ms, 3'600'000ms, -3'600'000ms, 0ms}) {
    world.clock.step = step;
    world.clock.synchronized = step == 0ms;
    for (int i = 0; i < 5; ++i) {
      world.append();
      world.run_for(15s);
    }
    world.clock.step = 24h * 365 * 13;
    world.append();
    world.run_for(15s);
    EXPECT_LE(world.posted_timestamps().back() - truth(), 5min);
  }
  const auto all = world.posted_timestamps();
  ASSERT_EQ(all.size(), 42u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i], all[i - 1]) << i;
}

// Found by the simulator: the parts were sent with the date of a clock that had stepped meanwhile.
TEST(SenderClock, WhatIsTriedInPartsKeepsItsTimestamp) {
  SenderWorld world;
  world.transport.otherwise.status = 500;
  world.append(3);
  world.start();
  world.run_for(std::chrono::minutes(1));
  world.clock.synchronized = false;
  world.clock.step = std::chrono::minutes(1);
  world.run_for(std::chrono::minutes(20));
  world.transport.otherwise.status = 204;
  world.run_for(std::chrono::minutes(10));
  const auto timestamps = world.posted_timestamps();
  ASSERT_GT(timestamps.size(), 8u);
  for (const WallTime timestamp : timestamps) EXPECT_EQ(timestamp, timestamps.front());
  EXPECT_EQ(world.backlog().pending_snapshots, 0u);
}

}  // namespace
}  // namespace bpfpush
