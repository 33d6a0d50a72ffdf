// What a sender does where an endpoint does not take remote write 2.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sender_world.hpp"
#include "support/fake_storage.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SenderWorld::Options negotiating(Storage* storage = nullptr) {
  SenderWorld::Options options;
  options.sender.version = std::nullopt;
  options.sender.url = "http://host/";
  options.storage = storage;
  return options;
}

HttpResponse written(std::uint64_t samples, int status = 204) {
  HttpResponse reply = response(status);
  reply.written = {samples, 0, 0};
  return reply;
}

// "2" and "1", by what the headers of each request say.
std::string versions(const SenderWorld& world) {
  std::string all;
  for (const Posted& posted : world.transport.posted) {
    const std::string version = posted.header("X-Prometheus-Remote-Write-Version");
    const bool is_v2 = posted.header("Content-Type") ==
                       "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    EXPECT_EQ(version, is_v2 ? "2.0.0" : "0.1.0");
    all += is_v2 ? '2' : '1';
  }
  return all;
}

TEST(SenderNegotiation, SendsTheSameSnapshotInOneWhereTwoWasNotStored) {
  for (const HttpResponse& reply : {response(415), response(400), response(204), response(200)}) {
    SCOPED_TRACE(reply.status);
    SenderWorld world(negotiating());
    world.transport.answers = {reply};
    const auto first = world.append(3);
    world.start();
    world.run_for(1s);
    const auto second = world.append(3);
    world.run_for(1s);
    EXPECT_EQ(versions(world), "211");
    EXPECT_THAT(world.posted_bodies(),
                ElementsAre(world.body_v2(*first), world.body(*first, 0, true),
                            world.body(*second, 0, false)));
    EXPECT_EQ(world.sender.counters().requests_delivered, 2u);
    EXPECT_EQ(world.sender.counters().requests_retried, 1u);
    EXPECT_EQ(world.sender.counters().requests_rejected, 0u);
    EXPECT_EQ(world.sender.counters().samples_delivered, 6u);
    EXPECT_EQ(world.backlog().pending_snapshots, 0u);
  }
}

TEST(SenderNegotiation, StaysWithTwoWhereItIsTaken) {
  SenderWorld world(negotiating());
  world.transport.otherwise = written(3);
  world.start();
  for (int i = 0; i < 3; ++i) {
    world.append(3);
    world.run_for(24h);
  }
  EXPECT_EQ(versions(world), "222");
  EXPECT_EQ(world.sender.counters().samples_delivered, 9u);
  EXPECT_EQ(world.sender.counters().samples_unwritten, 0u);
}

TEST(SenderNegotiation, FallsBackInTheMiddleOfASnapshotAndResendsNothingElse) {
  SenderWorld::Options options = negotiating();
  options.samples_max = 2;
  SenderWorld world(options);
  world.transport.answers = {written(2), response(415)};
  const auto snapshot = world.append(5);
  world.start();
  world.run_for(1s);
  EXPECT_EQ(versions(world), "2211");
  EXPECT_THAT(world.posted_bodies(),
              ElementsAre(world.body_v2(*snapshot), world.body_v2(*snapshot, 2),
                          world.body(*snapshot, 2, true), world.body(*snapshot, 4, false)));
  EXPECT_EQ(world.sender.counters().samples_delivered, 5u);
}

TEST(SenderNegotiation, AsksAgainOnceADay) {
  SenderWorld world(negotiating());
  world.start();
  for (int hour = 0; hour < 50; ++hour) {
    world.append();
    world.run_for(1h);
  }
  // With the first snapshot, and with the first that is more than a day later.
  EXPECT_EQ(versions(world), "21" + std::string(24, '1') + "21" + std::string(24, '1'));
  EXPECT_EQ(world.sender.counters().requests_delivered, 50u);
}

TEST(SenderNegotiation, RemembersWhatItFoundOverARestart) {
  FakeStorage storage;
  for (const char* expected : {"21", "1"}) {
    SenderWorld world(negotiating(&storage));
    world.append();
    world.start();
    world.run_for(1s);
    EXPECT_EQ(versions(world), expected);
    storage.crash([] { return 0.0; });
  }
}

TEST(SenderNegotiation, RemembersThatTwoIsTakenSoThat400IsForTheSamples) {
  FakeStorage storage;
  {
    SenderWorld world(negotiating(&storage));
    world.transport.otherwise = written(1);
    world.append();
    world.start();
    world.run_for(1s);
  }
  SenderWorld world(negotiating(&storage));
  world.transport.answers = {response(400, "out of order sample")};
  world.transport.otherwise = written(1);
  world.append();
  world.start();
  world.run_for(1s);
  EXPECT_EQ(versions(world), "2");
  EXPECT_EQ(world.sender.counters().requests_rejected, 1u);
}

TEST(SenderNegotiation, RetriesTwoAsItIsWhileNothingWasFound) {
  SenderWorld world(negotiating());
  world.transport.answers = {response(503), no_answer()};
  world.append();
  world.start();
  world.run_for(1min);
  EXPECT_EQ(versions(world), "2221");
}

TEST(SenderNegotiation, TriesOneWhereTwoFailsForEver) {
  SenderWorld world(negotiating());
  world.transport.before_answer = [&] {
    const bool is_v2 = !world.transport.posted.back().header("Content-Type").ends_with("protobuf");
    world.transport.otherwise = response(is_v2 ? 500 : 204);
  };
  world.append();
  world.start();
  world.run_for(1h);
  EXPECT_EQ(world.sender.counters().requests_delivered, 1u);
  EXPECT_EQ(world.backlog().pending_snapshots, 0u);
}

TEST(SenderNegotiation, CountsWhatTheReceiverDidNotWriteAndDoesNotSendItAgain) {
  SenderWorld world(negotiating());
  world.transport.answers = {written(2), written(1, 400)};
  ::testing::internal::CaptureStderr();
  world.append(5);
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.sender.counters().samples_delivered, 2u);
  EXPECT_EQ(world.sender.counters().samples_unwritten, 3u);
  world.append(5);
  world.run_for(1s);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("not all of its samples"));
  EXPECT_EQ(world.sender.counters().samples_delivered, 3u);
  EXPECT_EQ(world.sender.counters().all_samples_rejected(), 4u);
  EXPECT_EQ(versions(world), "22");
}

// A request without samples asks for the receiver's date, and its answer shows nothing else.
TEST(SenderNegotiation, FindsNothingOutWhereItAsksForTheDate) {
  SenderWorld world(negotiating());
  world.clock.synchronized = false;
  world.append(3);
  world.start();
  world.run_for(1min);
  EXPECT_EQ(versions(world), "221");
  EXPECT_EQ(world.sender.counters().samples_delivered, 3u);
  EXPECT_EQ(world.backlog().pending_snapshots, 0u);
}

TEST(SenderNegotiation, FallsBackAlreadyWhereTheDateIsRefusedInTwo) {
  SenderWorld world(negotiating());
  world.clock.synchronized = false;
  world.transport.answers = {response(415)};
  world.append(3);
  world.start();
  world.run_for(1min);
  EXPECT_EQ(versions(world), "211");
  EXPECT_EQ(world.sender.counters().samples_delivered, 3u);
}

TEST(SenderNegotiation, HoldsWhatATwoOnlyEndpointDoesNotStore) {
  SenderWorld::Options options;
  options.sender.version = ProtocolVersion::k2;
  SenderWorld world(options);
  world.append();
  world.start();
  world.run_for(1s);
  EXPECT_TRUE(world.sender.counters().held);
  EXPECT_EQ(world.backlog().pending_snapshots, 1u);
  world.transport.otherwise = written(1);
  world.run_for(10min);
  EXPECT_EQ(world.backlog().pending_snapshots, 0u);
  EXPECT_EQ(world.sender.counters().samples_delivered, 1u);
}

}  // namespace
}  // namespace bpfpush
