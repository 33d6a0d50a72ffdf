#include "sender/sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr auto kLatency = FakeTransport::kLatency;

// When the tries were made, counted from the first.
std::vector<std::chrono::nanoseconds> try_times(const SenderWorld& world) {
  std::vector<std::chrono::nanoseconds> times;
  times.reserve(world.transport.posted.size());
  for (const Posted& posted : world.transport.posted) {
    times.push_back(posted.time - world.transport.posted.front().time);
  }
  return times;
}

TEST(Sender, DeliversSnapshotsOldestFirstAndPopsThem) {
  SenderWorld world;
  const auto first = world.append();
  world.run_for(1s);
  const auto second = world.append();
  world.start();
  world.run_for(1s);
  const auto third = world.append();
  world.run_for(1s);
  EXPECT_THAT(world.posted_bodies(),
              ElementsAre(world.body(*first, 0, true), world.body(*second, 0, false),
                          world.body(*third, 0, false)));
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
  EXPECT_EQ(world.end(), SenderWorld::End::kStillRunning);
}

TEST(Sender, TreatsEachAnswerAsItsVerdictSays) {
  struct Case {
    const char* name;
    Result<HttpResponse> answer;
    std::uint64_t delivered;
    std::uint64_t rejected;
    std::uint64_t retried;
    std::size_t tries;  // of two snapshots
    int last_status;
  };
  const Case cases[] = {
      {"204", response(204), 2, 0, 0, 2, 204}, {"200", response(200), 2, 0, 0, 2, 204},
      {"400", response(400), 1, 1, 0, 2, 204}, {"422", response(422), 1, 1, 0, 2, 204},
      {"409", response(409), 1, 1, 0, 2, 204}, {"302", response(302), 2, 0, 1, 3, 204},
      {"429", response(429), 2, 0, 1, 3, 204}, {"500", response(500), 2, 0, 1, 3, 204},
      {"503", response(503), 2, 0, 1, 3, 204}, {"no answer", no_answer(), 2, 0, 1, 3, 204},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SenderWorld world;
    world.transport.answers.push_back(c.answer);
    world.append();
    world.append();
    world.start();
    world.run_for(1min);
    const SenderCounters& counters = world.sender.counters();
    EXPECT_EQ(counters.requests_delivered, c.delivered);
    EXPECT_EQ(counters.requests_rejected, c.rejected);
    EXPECT_EQ(counters.requests_retried, c.retried);
    EXPECT_EQ(counters.samples_delivered, c.delivered);
    EXPECT_EQ(counters.all_samples_rejected(), c.rejected);
    EXPECT_EQ(counters.last_status, c.last_status);
    EXPECT_EQ(world.transport.posted.size(), c.tries);
    EXPECT_EQ(world.backlog().pending_snapshots, 0);
  }
}

TEST(Sender, KeepsTheSnapshotWhileItRetries) {
  SenderWorld world;
  world.transport.otherwise.status = 503;
  world.append();
  world.append();
  world.start();
  world.run_for(1h);
  EXPECT_EQ(world.backlog().pending_snapshots, 2);
  EXPECT_EQ(world.sender.counters().requests_delivered, 0);
  EXPECT_EQ(world.sender.counters().last_status, 503);
}

TEST(Sender, ResendsTheSameBytesAndSaysWhichAttemptItIs) {
  SenderWorld world;
  world.transport.answers = {no_answer(), response(503), response(429), response(204)};
  const auto first = world.append(3);
  world.append();
  world.start();
  world.run_for(1min);
  ASSERT_EQ(world.transport.posted.size(), 5);
  const char* const attempts[] = {"", "1", "2", "3", ""};
  for (std::size_t i = 0; i < 5; ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(world.transport.posted[i].header("Retry-Attempt"), attempts[i]);
    EXPECT_EQ(world.transport.posted[i].body == world.body(*first, 0, true), i < 4);
  }
}

TEST(Sender, WaitsLongerAfterEachFailure) {
  SenderWorld world;
  world.transport.otherwise.status = 500;
  world.append();
  world.start();
  world.run_for(10s);
  EXPECT_THAT(try_times(world),
              ElementsAre(0s, kLatency + 1s, 2 * kLatency + 3s, 3 * kLatency + 7s));
}

TEST(Sender, WaitsAsLongAsTheReceiverAsks) {
  SenderWorld world;
  world.transport.answers = {response_with_retry_after(429, 30s),
                             response_with_retry_after(503, 20s)};
  world.append();
  world.start();
  world.run_for(10min);
  EXPECT_THAT(try_times(world), ElementsAre(0s, kLatency + 30s, 2 * kLatency + 50s));
}

TEST(Sender, StartsItsBackoffAnewAfterWhatWentThrough) {
  for (const int through : {204, 400}) {
    SCOPED_TRACE(through);
    SenderWorld world;
    world.transport.answers = {response(500), response(500), response(through), response(500)};
    world.append();
    world.append();
    world.start();
    world.run_for(10min);
    const auto times = try_times(world);
    ASSERT_EQ(times.size(), 5);
    EXPECT_EQ(times[4] - times[3], kLatency + 1s);
  }
}

TEST(Sender, SendsALargeSnapshotInPartsAndPopsItAfterTheLast) {
  SenderWorld world({.samples_max = 2});
  const auto snapshot = world.append(5);
  world.start();
  std::vector<std::uint64_t> pending;
  world.transport.before_answer = [&] { pending.push_back(world.backlog().pending_snapshots); };
  world.run_for(1s);
  EXPECT_THAT(world.posted_bodies(),
              ElementsAre(world.body(*snapshot, 0, true), world.body(*snapshot, 2, false),
                          world.body(*snapshot, 4, false)));
  EXPECT_THAT(pending, ElementsAre(1, 1, 1));
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
  EXPECT_EQ(world.sender.counters().samples_delivered, 5);
}

TEST(Sender, RetriesOnlyThePartThatFailed) {
  SenderWorld world({.samples_max = 2});
  world.transport.answers = {response(204), response(503), response(204)};
  const auto snapshot = world.append(4);
  world.start();
  world.run_for(1min);
  const std::string second = world.body(*snapshot, 2, false);
  EXPECT_THAT(world.posted_bodies(), ElementsAre(world.body(*snapshot, 0, true), second, second));
}

TEST(Sender, GoesOnWithTheOtherPartsWhenOneIsRejected) {
  SenderWorld world({.samples_max = 2});
  world.transport.answers = {response(400)};
  world.append(5);
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.sender.counters().all_samples_rejected(), 2);
  EXPECT_EQ(world.sender.counters().samples_delivered, 3);
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
}

TEST(Sender, SendsMetadataFirstAndThenOnceAMinute) {
  SenderWorld world;
  world.start();
  for (int i = 0; i < 10; ++i) {
    const auto snapshot = world.append();
    world.run_for(15s);
    ASSERT_EQ(world.transport.posted.size(), i + 1);
    const bool with_metadata = i % 4 == 0;
    EXPECT_EQ(world.transport.posted.back().body, world.body(*snapshot, 0, with_metadata)) << i;
  }
}

TEST(Sender, PopsASnapshotWithNothingInItUnsent) {
  SenderWorld world;
  world.append_empty();
  world.append_empty();
  const auto second = world.append();
  world.start();
  world.run_for(1s);
  EXPECT_THAT(world.posted_bodies(), ElementsAre(world.body(*second, 0, true)));
  EXPECT_EQ(world.backlog().pending_snapshots, 0);
}

TEST(Sender, SendsTheHeadersOfTheProtocolAndTheUsers) {
  SenderWorld::Options options;
  options.sender.headers = {{"X-Scope-OrgID", "edge"}, {"content-type", "text/plain"}};
  SenderWorld world(std::move(options));
  world.append();
  world.start();
  world.run_for(1s);
  const HttpHeaders want = {{"Content-Encoding", "snappy"},
                            {"Content-Type", "application/x-protobuf"},
                            {"User-Agent", "bpfpush/" BPFPUSH_VERSION},
                            {"X-Prometheus-Remote-Write-Version", "0.1.0"},
                            {"X-Scope-OrgID", "edge"}};
  EXPECT_EQ(world.transport.posted.at(0).headers, want);
}

}  // namespace
}  // namespace bpfpush
