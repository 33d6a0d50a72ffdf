// A sender cancelled, or destroyed, at every point of a run that waits, posts, retries, rejects and
// splits.
#include <gtest/gtest.h>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSnapshots = 3;
constexpr int kStepsMax = 10'000;

std::unique_ptr<SenderWorld> begin() {
  auto world = std::make_unique<SenderWorld>(SenderWorld::Options{.samples_max = 2});
  world->transport.answers = {response(503), response(204), no_answer(), response(400),
                              response_with_retry_after(429, 5s)};
  for (std::uint64_t i = 0; i < kSnapshots; ++i) world->append(3);
  world->start();
  return world;
}

// The number of steps until all is delivered and the sender waits for more.
int steps_of_a_whole_run() {
  const auto world = begin();
  int steps = 0;
  while (steps < kStepsMax && world->step()) ++steps;
  EXPECT_EQ(world->backlog().pending_snapshots, 0);
  return steps;
}

// Two requests for each snapshot: those of snapshots popped are all answered for good, and of the
// snapshot at the front at most its requests but one have been noted, or all if the pop is still
// due.
void expect_nothing_lost(const SenderWorld& world) {
  const SenderCounters& counters = world.sender.counters();
  const std::uint64_t through = counters.requests_delivered + counters.requests_rejected;
  const std::uint64_t popped = kSnapshots - world.backlog().pending_snapshots;
  EXPECT_GE(through, 2 * popped);
  EXPECT_LE(through, 2 * popped + 1);
  EXPECT_EQ(world.backlog().evicted_snapshots, 0);
  EXPECT_EQ(through + counters.requests_retried, world.transport.answered);
}

TEST(SenderCancellation, EndsTheRunAtEveryPoint) {
  const int steps = steps_of_a_whole_run();
  ASSERT_GT(steps, 20);
  for (int cut = 0; cut <= steps; ++cut) {
    SCOPED_TRACE(cut);
    const auto world = begin();
    for (int i = 0; i < cut; ++i) world->step();
    world->io.restart();
    world->io.poll();  // the appends, if they were not made yet
    const BootTime cancelled = world->clock.now();
    world->cancel();
    world->io.restart();
    world->io.poll();
    EXPECT_NE(world->end(), SenderWorld::End::kStillRunning);
    EXPECT_EQ(world->clock.now(), cancelled);
    EXPECT_FALSE(world->clock.next_deadline());
    expect_nothing_lost(*world);
  }
}

TEST(SenderCancellation, LeavesASpoolThatAnotherRunCanFinish) {
  const int steps = steps_of_a_whole_run();
  for (int cut = 0; cut <= steps; ++cut) {
    SCOPED_TRACE(cut);
    const auto world = begin();
    for (int i = 0; i < cut; ++i) world->step();
    world->cancel();
    world->run_for(0s);
    world->start();
    world->run_for(1h);
    EXPECT_EQ(world->backlog().pending_snapshots, 0);
    const SenderCounters& counters = world->sender.counters();
    EXPECT_EQ(counters.samples_delivered + counters.all_samples_rejected(), 3 * kSnapshots);
  }
}

TEST(SenderCancellation, CanBeLeftUndone) {
  const int steps = steps_of_a_whole_run();
  for (int cut = 0; cut <= steps; ++cut) {
    SCOPED_TRACE(cut);
    const auto world = begin();
    for (int i = 0; i < cut; ++i) world->step();
    EXPECT_EQ(world->end(), SenderWorld::End::kStillRunning);
  }
}

TEST(SenderCancellation, CountsAnAbandonedRequestAsNothing) {
  SenderWorld world;
  world.append();
  world.start();
  world.run_for(FakeTransport::kLatency / 2);
  ASSERT_EQ(world.transport.posted.size(), 1);
  world.cancel();
  world.run_for(0s);
  EXPECT_EQ(world.end(), SenderWorld::End::kReturned);
  EXPECT_EQ(world.sender.counters().requests_retried, 0);
  EXPECT_EQ(world.backlog().pending_snapshots, 1);
}

}  // namespace
}  // namespace bpfpush
