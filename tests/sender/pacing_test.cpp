// How fast a backlog goes: the token bucket, the bursts, the skip.
#include <gtest/gtest.h>

#include "sender/byte_rate.hpp"
#include "sender/catch_up.hpp"
#include "sender/patience.hpp"
#include "sender/size_limit.hpp"
#include "sender/skip.hpp"
#include "support/fixed_random.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

TEST(ByteRate, LetsGoNoMoreThanTheRateAndASecondOfItAndOneRequest) {
  ByteRate rate(1'000);
  BootTime now{1h};
  const BootTime begin = now;
  std::size_t gone = 0;
  for (int i = 0; i < 1'000; ++i) {
    now += rate.take(now, 700);
    gone += 700;
    const std::chrono::duration<double> span = now - begin;
    EXPECT_LE(static_cast<double>(gone), 1'000 * (span.count() + 1) + 700 + 1);
  }
  EXPECT_NEAR(std::chrono::duration<double>(now - begin).count(), 700, 2);
}

TEST(ByteRate, LetsEverythingGoWhereThereIsNoLimit) {
  ByteRate rate(0);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rate.take(BootTime(), 1u << 30), 0ns);
}

TEST(ByteRate, IsPaidOffInAPause) {
  ByteRate rate(1'000);
  EXPECT_EQ(rate.take(BootTime(1h), 5'000), 0ns) << "a request larger than the rate goes too";
  EXPECT_EQ(rate.take(BootTime(1h), 1), 4s);
  EXPECT_EQ(rate.take(BootTime(2h), 1), 0ns);
}

TEST(CatchUp, SendsBurstsWithPausesBetween) {
  FixedRandom half(0.5);
  CatchUp catch_up(15s, half);
  for (int burst = 0; burst < 3; ++burst) {
    for (int i = 1; i < CatchUp::kBurst; ++i) EXPECT_EQ(catch_up.pause(100), 0ns);
    EXPECT_EQ(catch_up.pause(100), 15s);
  }
  EXPECT_EQ(catch_up.pause(0), 0ns);
}

TEST(CatchUp, PausesFirstAfterAnOutage) {
  FixedRandom least(0);
  CatchUp catch_up(10s, least);
  catch_up.interrupted();
  EXPECT_EQ(catch_up.pause(100), 5s);
  EXPECT_EQ(catch_up.pause(100), 0ns);
  catch_up.interrupted();
  EXPECT_EQ(catch_up.pause(0), 0ns) << "there is nothing to catch up with";
  EXPECT_EQ(catch_up.pause(1), 0ns);
}

TEST(Skip, FindsWhatIsAcceptedAndPassesOverAtMostAnEighthOfIt) {
  for (const std::uint64_t backlog : {2ul, 10ul, 1'000ul, 40'320ul, 1'000'000ul}) {
    for (const std::uint64_t accepted : {1ul, 2ul, 240ul, 9'999ul}) {
      if (accepted >= backlog) continue;
      SCOPED_TRACE(std::to_string(accepted) + " of " + std::to_string(backlog));
      std::uint64_t pending = backlog;
      int refusals = 0;
      while (pending > accepted) {
        refusals += 1;
        pending -= skip_step(refusals, pending);
        ASSERT_GE(pending, 1u) << "the newest is always tried";
      }
      EXPECT_GE(pending, accepted - accepted / 8 - 1);
      EXPECT_LE(refusals, 150);
    }
  }
}

TEST(Patience, EndsAfterBothTriesAndTime) {
  Patience patience({.tries = 3, .span = 1min});
  EXPECT_FALSE(patience.ends(BootTime(0s)));
  EXPECT_FALSE(patience.ends(BootTime(90s)));
  EXPECT_TRUE(patience.ends(BootTime(91s)));
  patience.renew();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(patience.ends(BootTime(100s + i * 1s)));
}

TEST(Patience, IsShortWhereSomethingWasGivenUp) {
  Patience patience({.tries = 3, .span = 1min});
  patience.learn(true);
  EXPECT_TRUE(patience.ends(BootTime(0s)));
  patience.renew();
  patience.learn(false);
  EXPECT_FALSE(patience.ends(BootTime(1s)));
}

TEST(SizeLimit, IsTheLargestThatPassedBesideARefusedOneForAnHour) {
  SizeLimit limit;
  limit.passed(500);
  limit.learn(BootTime(1h));
  EXPECT_EQ(limit.samples_max(BootTime(1h)), SizeLimit::kNone) << "nothing was refused";
  limit.refused();
  limit.passed(30);
  limit.passed(120);
  limit.learn(BootTime(2h));
  EXPECT_EQ(limit.samples_max(BootTime(2h + 59min)), 120u);
  EXPECT_EQ(limit.samples_max(BootTime(3h)), SizeLimit::kNone);
}

}  // namespace
}  // namespace bpfpush
