// What a sender counts and logs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto kLatency = FakeTransport::kLatency;

TEST(Sender, CountsBytesOfEveryTryAndWhenItLastSucceeded) {
  SenderWorld world;
  world.transport.answers = {no_answer(), response(204)};
  const auto snapshot = world.append();
  world.start();
  world.run_for(500ms);
  EXPECT_FALSE(world.sender.counters().last_success);
  EXPECT_EQ(world.sender.counters().last_status, 0);
  const WallTime success = world.clock.wall_now() - 500ms + 2 * kLatency + 1s;
  world.run_for(1min);
  EXPECT_EQ(world.sender.counters().last_success, success);
  EXPECT_EQ(world.sender.counters().bytes_sent, 2 * world.body(*snapshot, 0, true).size());
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(Sender, LogsTheBeginAndTheEndOfAnOutageNotEveryTry) {
  SenderWorld world;
  for (int i = 0; i < 8; ++i) world.transport.answers.emplace_back(no_answer());
  world.append();
  testing::internal::CaptureStderr();
  world.start();
  world.run_for(5min);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(count_of(log, "\n"), 2) << log;
  EXPECT_THAT(log, HasSubstr("msg=\"not delivered, will retry\" endpoint=main"));
  EXPECT_THAT(log, HasSubstr("msg=\"endpoint answers again\" endpoint=main failed_tries=8"));
}

TEST(Sender, LogsTheFirstRejectionOfAKindWithWhatTheReceiverSaid) {
  SenderWorld world;
  world.transport.otherwise = response(400, "out of order sample");
  for (int i = 0; i < 5; ++i) world.append();
  testing::internal::CaptureStderr();
  world.start();
  world.run_for(1s);
  world.transport.otherwise = response(400, "label names too long");
  world.append();
  world.run_for(1s);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(count_of(log, "reason=out_of_order samples=1 body=\"out of order sample\" hint="), 1)
      << log;
  EXPECT_EQ(count_of(log, "reason=other samples=1 body=\"label names too long\"\n"), 1) << log;
}

TEST(Sender, LogsWhereARedirectPointsAndWhatToSet) {
  SenderWorld world;
  world.transport.otherwise = response(302);
  world.transport.otherwise.location = "http://elsewhere/";
  world.append();
  testing::internal::CaptureStderr();
  world.start();
  world.run_for(1s);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("location=http://elsewhere/"));
  EXPECT_THAT(log, HasSubstr("set url to"));
}

}  // namespace
}  // namespace bpfpush
