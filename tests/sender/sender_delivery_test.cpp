// What a sender does with what a receiver will not take: too large, too old, denied, never.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::uint64_t rejected_as(const SenderWorld& world, Refusal refusal) {
  return world.sender.counters().samples_rejected[static_cast<std::size_t>(refusal)];
}

TEST(Sender, SplitsWhatIsTooLargeAndRemembersWhatPassed) {
  SenderWorld world;
  // 8: too large, 4 too large, 2 and 2, 4 in one.
  world.transport.answers = {response(413), response(413), response(204), response(204),
                             response(204)};
  world.append(8);
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.transport.posted.size(), 5u);
  world.append(8);
  world.run_for(1s);
  EXPECT_EQ(world.transport.posted.size(), 7u) << "two of four";
  const SenderCounters& counters = world.sender.counters();
  EXPECT_EQ(counters.requests_split, 2);
  EXPECT_EQ(counters.samples_delivered, 16);
  EXPECT_EQ(counters.all_samples_rejected(), 0);
  EXPECT_EQ(counters.snapshots_delivered, 2);
}

TEST(Sender, DropsOneSeriesThatIsTooLargeByItself) {
  SenderWorld world;
  world.transport.answers = {response(413), response(413), response(413)};
  world.append(4);
  world.start();
  world.run_for(1s);
  EXPECT_EQ(rejected_as(world, Refusal::kTooLarge), 1);
  EXPECT_EQ(world.sender.counters().samples_delivered, 3);
  EXPECT_EQ(world.sender.counters().snapshots_rejected, 1);
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
}

TEST(Sender, HoldsWhatIsDeniedAndAsksMoreAndMoreSlowly) {
  for (const int status : {401, 403, 404}) {
    SCOPED_TRACE(status);
    SenderWorld world;
    world.transport.otherwise.status = status;
    world.append();
    world.start();
    world.run_for(24h);
    EXPECT_EQ(world.backlog().pending_snapshots, 1);
    EXPECT_TRUE(world.sender.counters().held);
    EXPECT_LT(world.transport.posted.size(), 320u) << "every five minutes";
    EXPECT_GT(world.transport.posted.size(), 200u);
    world.transport.otherwise.status = 204;
    world.run_for(6min);
    EXPECT_EQ(world.backlog().pending_snapshots, 0);
    EXPECT_FALSE(world.sender.counters().held);
    EXPECT_EQ(world.sender.counters().requests_rejected, 0);
  }
}

TEST(Sender, DropsWhatIsDeniedWhereItIsStrict) {
  SenderWorld::Options options;
  options.sender.strict = true;
  SenderWorld world(std::move(options));
  world.transport.answers = {response(401), response(404)};
  for (int i = 0; i < 3; ++i) world.append();
  world.start();
  world.run_for(1s);
  EXPECT_EQ(rejected_as(world, Refusal::kDenied), 2);
  EXPECT_EQ(world.sender.counters().samples_delivered, 1);
  EXPECT_FALSE(world.sender.counters().held);
}

TEST(Sender, GoesForwardToWhatTheReceiverTakesWhenABacklogIsTooOld) {
  constexpr std::uint64_t kBacklog = 900;
  constexpr std::uint64_t kAccepted = 240;
  SenderWorld world;
  for (std::uint64_t i = 0; i < kBacklog; ++i) world.append();
  world.run_for(0s);
  world.transport.before_answer = [&] {
    const bool takes = world.backlog().pending_snapshots <= kAccepted;
    world.transport.otherwise = takes ? response(204) : response(400, "out of bounds");
  };
  testing::internal::CaptureStderr();
  world.start();
  world.run_for(1min);
  const std::string log = testing::internal::GetCapturedStderr();
  const SenderCounters& counters = world.sender.counters();
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
  EXPECT_GE(counters.snapshots_delivered, kAccepted * 7 / 8);
  EXPECT_LE(counters.requests_rejected, 40);
  EXPECT_EQ(counters.snapshots_delivered + counters.snapshots_rejected + counters.snapshots_skipped,
            kBacklog);
  EXPECT_THAT(log, HasSubstr("out_of_order_time_window"));
}

TEST(Sender, GoesOnWithTheNewestWhenEverythingIsTooOld) {
  SenderWorld world;
  world.transport.otherwise = response(400, "out of bounds");
  for (int i = 0; i < 100; ++i) world.append();
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
  const SenderCounters& counters = world.sender.counters();
  EXPECT_EQ(counters.snapshots_rejected + counters.snapshots_skipped, 100);
  world.transport.otherwise = response(204);
  world.append();
  world.run_for(1s);
  EXPECT_EQ(counters.snapshots_delivered, 1);
}

TEST(Sender, SendsOutOfOrderSnapshotsOnceEach) {
  SenderWorld world;
  world.transport.otherwise = response(409, "out of order sample");
  for (int i = 0; i < 50; ++i) world.append();
  world.start();
  world.run_for(10s);
  EXPECT_EQ(rejected_as(world, Refusal::kOutOfOrder), 50);
  EXPECT_EQ(world.transport.posted.size(), 50u);
}

TEST(Sender, RejectsWhatAloneFailsForEverAndDeliversTheRest) {
  SenderWorld world;
  world.append(8);
  world.transport.before_answer = [&] {
    const std::string& body = world.transport.posted.back().body;
    world.transport.otherwise.status = SenderWorld::holds_series(body, 3) ? 500 : 204;
  };
  world.start();
  world.run_for(4min);
  EXPECT_EQ(world.backlog().pending_snapshots, 1) << "it is too early to tell";
  world.run_for(10min);
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
  EXPECT_EQ(rejected_as(world, Refusal::kServerError), 1);
  EXPECT_EQ(world.sender.counters().samples_delivered, 7);
  world.append(8);
  world.run_for(30s);
  EXPECT_EQ(world.sender.counters().samples_delivered, 14) << "and the next time sooner";
}

TEST(Sender, RejectsNothingWhileTheReceiverIsDownHoweverLong) {
  SenderWorld world;
  world.transport.otherwise.status = 500;
  for (int i = 0; i < 10; ++i) {
    world.append(8);
    world.run_for(1s);
  }
  world.start();
  world.run_for(72h);
  EXPECT_EQ(world.backlog().pending_snapshots, 10);
  world.transport.otherwise.status = 204;
  const std::size_t tries = world.transport.posted.size();
  world.run_for(2min);
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
  EXPECT_EQ(world.sender.counters().all_samples_rejected(), 0);
  EXPECT_EQ(world.sender.counters().samples_delivered, 80);
  EXPECT_LE(world.transport.posted.size() - tries, 12u);
}

TEST(Sender, KeepsToItsByteRate) {
  SenderWorld::Options options;
  options.sender.bytes_per_second_max = 100;
  SenderWorld world(std::move(options));
  for (int i = 0; i < 100; ++i) world.append();
  world.start();
  world.run_for(30s);
  EXPECT_LE(world.sender.counters().bytes_sent, 100 * 31 + 200);
  EXPECT_GE(world.sender.counters().bytes_sent, 100 * 28);
}

TEST(Sender, SendsABacklogInBurstsAndAtOnceWhenItIsToldToStop) {
  SenderWorld::Options options;
  options.sender.push_interval = 10s;
  SenderWorld world(std::move(options));
  for (int i = 0; i < 100; ++i) world.append();
  world.start();
  world.run_for(10s);
  EXPECT_EQ(world.transport.posted.size(), 10u) << "pauses of 5 s, the shortest there are";
  world.stop();
  world.run_for(2s);
  EXPECT_EQ(world.end(), SenderWorld::End::kReturned);
  EXPECT_EQ(world.sender.counters().snapshots_delivered, 100);
}

}  // namespace
}  // namespace bpfpush
