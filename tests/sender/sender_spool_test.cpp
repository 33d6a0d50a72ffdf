// What a sender makes of a spool that evicts, closes, or serves others as well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Sender, GivesUpAFailingSnapshotThatTheSpoolEvicted) {
  SenderWorld world({.snapshots_max = 2});
  world.transport.answers = {response(503)};
  const auto first = world.append();
  world.run_for(1s);
  const auto second = world.append();
  world.start();
  world.run_for(500ms);
  const auto third = world.append();
  world.run_for(1min);
  EXPECT_THAT(world.posted_bodies(),
              ElementsAre(world.body(*first, 0, true), world.body(*second, 0, true),
                          world.body(*third, 0, false)));
  EXPECT_EQ(world.transport.posted[1].header("Retry-Attempt"), "1");
  EXPECT_EQ(world.backlog().evicted_snapshots, 1);
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
}

TEST(Sender, EndsASeriesAlsoWhenTheSnapshotThatFirstLackedItWasGivenUp) {
  SenderWorld world({.snapshots_max = 2});
  world.append(2);
  world.start();
  world.run_for(1s);
  ASSERT_EQ(world.sender.counters().samples_delivered, 2);
  world.transport.answers = {response(503)};
  world.append(1);
  world.run_for(500ms);
  world.append(1);
  world.append(1);
  world.run_for(1min);
  EXPECT_EQ(world.backlog().evicted_snapshots, 1);
  EXPECT_EQ(world.sender.counters().samples_delivered, 2 + 2 + 1);
}

TEST(Sender, FinishesASnapshotThatIsEvictedWhileItGoesThrough) {
  SenderWorld world({.snapshots_max = 2, .samples_max = 2});
  const auto first = world.append(4);
  std::shared_ptr<const Snapshot> second;
  world.transport.before_answer = [&] {
    if (!second) second = world.append(4);
  };
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.backlog().evicted_snapshots, 1);
  EXPECT_THAT(world.posted_bodies(),
              ElementsAre(world.body(*first, 0, true), world.body(*first, 2, false),
                          world.body(*second, 0, false), world.body(*second, 2, false)));
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
}

TEST(Sender, ReturnsWhenTheSpoolIsClosedAndEmpty) {
  SenderWorld world;
  world.append();
  world.append();
  world.run_for(0s);
  world.stop();
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.end(), SenderWorld::End::kReturned);
  EXPECT_EQ(world.sender.counters().requests_delivered, 2);
}

TEST(Sender, TriesAtOnceWhenItIsToldToStopInABackoff) {
  SenderWorld world;
  world.transport.answers = {response(503), response(503), response(503), response(503)};
  world.append();
  world.start();
  world.run_for(8s);  // asleep until 15 s
  ASSERT_EQ(world.transport.posted.size(), 4);
  const BootTime stopped = world.clock.now();
  world.stop();
  world.run_for(1s);
  ASSERT_EQ(world.transport.posted.size(), 5);
  EXPECT_EQ(world.transport.posted[4].time, stopped);
  EXPECT_EQ(world.end(), SenderWorld::End::kReturned);
}

TEST(Sender, HurriesOnlyOnceWhenItIsToldToStop) {
  SenderWorld world;
  world.transport.otherwise.status = 503;
  world.append();
  world.start();
  world.run_for(500ms);
  world.stop();
  world.run_for(1s);
  EXPECT_EQ(world.transport.posted.size(), 2);
  world.run_for(2s);
  EXPECT_EQ(world.transport.posted.size(), 3);
  EXPECT_EQ(world.end(), SenderWorld::End::kStillRunning);
}

TEST(Sender, IsNotHeldUpByAnotherEndpointThatIsDown) {
  SenderWorld world;
  world.transport.otherwise.status = 503;
  FakeTransport healthy(world.clock);
  Encoder encoder({});
  Sender second({.endpoint = "second", .headers = {}, .backoff = {}},
                {world.spool, encoder, healthy, world.clock, world.random, world.stopping});
  for (int i = 0; i < 3; ++i) world.append();
  world.start();
  boost::asio::co_spawn(world.io, second.run(), [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
  world.run_for(1min);
  EXPECT_EQ(second.backlog().pending_snapshots, 0);
  EXPECT_EQ(second.counters().requests_delivered, 3);
  EXPECT_EQ(world.backlog().pending_snapshots, 3);
}

}  // namespace
}  // namespace bpfpush
