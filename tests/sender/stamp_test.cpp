#include "sender/stamp.hpp"

#include <gtest/gtest.h>

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr BootId kBoot{1};
constexpr BootId kEarlier{2};

// An instant of a boot whose clock was right but for `wrong`.
Instant taken(std::chrono::milliseconds ago, std::chrono::milliseconds wrong = 0ms) {
  return {1h - ago, kNow - ago + wrong, kBoot, true};
}

TimeView view() {
  return {kBoot, 1h, kNow, true, std::nullopt};
}

TEST(Stamp, IsTheDateASnapshotWasTakenWith) {
  EXPECT_EQ(stamp(taken(10s), view(), std::nullopt), kNow - 10s);
  EXPECT_EQ(stamp(taken(10s, 3ms), view(), std::nullopt), kNow - 10s + 3ms) << "it was slewed";
}

TEST(Stamp, IsRightForWhatWasTakenBeforeTheClockWasSet) {
  const auto decades = -std::chrono::duration_cast<std::chrono::milliseconds>(kNow - WallTime());
  EXPECT_EQ(stamp(taken(10min, decades), view(), std::nullopt), kNow - 10min);
  EXPECT_EQ(stamp(taken(10min, 24h * 365 * 10), view(), std::nullopt), kNow - 10min);
  EXPECT_EQ(stamp(taken(10min, -3h), view(), std::nullopt), kNow - 10min);
}

TEST(Stamp, IsNotKnownUntilTheClockIsSet) {
  TimeView now = view();
  now.wall = WallTime(1h);
  EXPECT_EQ(stamp(taken(10s), now, std::nullopt), std::nullopt);
  EXPECT_EQ(stamp(taken(10s), now, kNow - 1min), std::nullopt);
}

TEST(Stamp, FollowsTheReceiversDateWhereTheClockIsFarAheadOfIt) {
  TimeView now = view();
  now.receiver = kNow.time_since_epoch() - 1h;
  now.wall = kNow + 4min;
  EXPECT_EQ(stamp(taken(10s, 4min), now, std::nullopt), kNow + 4min - 10s) << "that is near enough";
  now.wall = kNow + 24h * 365 * 10;
  EXPECT_EQ(stamp(taken(10s, 24h * 365 * 10), now, std::nullopt), kNow - 10s);
  EXPECT_EQ(stamp(taken(10s), now, std::nullopt), kNow - 10s);
}

TEST(Stamp, FollowsTheReceiversDateWhereAnUnsynchronizedClockIsFarBehindIt) {
  TimeView now = view();
  now.receiver = kNow.time_since_epoch() - 1h;
  now.wall = kNow - 2h;
  EXPECT_EQ(stamp(taken(10s, -2h), now, std::nullopt), kNow - 2h - 10s) << "it claims to be right";
  now.synchronized = false;
  EXPECT_EQ(stamp(taken(10s, -2h), now, std::nullopt), kNow - 10s);
}

TEST(Stamp, AscendsWhateverTheClockDoes) {
  EXPECT_EQ(stamp(taken(10s), view(), kNow - 10s), kNow - 10s + 1ms);
  EXPECT_EQ(stamp(taken(10s), view(), kNow + 9min), kNow + 9min + 1ms);
  TimeView now = view();
  now.receiver = kNow.time_since_epoch() - 1h;
  EXPECT_EQ(stamp(taken(10s), now, kNow + 4min), kNow + 4min + 1ms);
}

TEST(Stamp, IsNeverMoreThanFiveMinutesAheadOfTheReceiver) {
  TimeView now = view();
  now.receiver = kNow.time_since_epoch() - 1h;
  const std::chrono::milliseconds steps[] = {-1000h, -1h, -1min, 0h, 1min, 6min, 100'000h};
  for (const auto step : steps) {
    now.wall = kNow + step;
    for (const auto last : {-10min, 0min, 4min, 6min}) {
      const auto got = stamp(taken(0s, step), now, kNow + last);
      ASSERT_TRUE(got);
      EXPECT_LE(*got, kNow + 5min);
    }
  }
}

TEST(Stamp, DoesNotFollowALastOneThatWasFarAhead) {
  EXPECT_EQ(stamp(taken(10s), view(), kNow + 1h), kNow - 10s);
}

TEST(Stamp, OfAnEarlierBootIsItsOwnDate) {
  const Instant earlier{5h, kNow - 3h, kEarlier, false};
  EXPECT_EQ(stamp(earlier, view(), std::nullopt), kNow - 3h);
  TimeView now = view();
  now.wall = WallTime(1h);
  EXPECT_EQ(stamp(earlier, now, std::nullopt), kNow - 3h) << "though today's is not known";
}

TEST(Stamp, OfAnEarlierBootThatNeverKnewTheDateIsTheBeginningOfThisOne) {
  const Instant never{5h, WallTime(5h), kEarlier, false};
  EXPECT_EQ(stamp(never, view(), std::nullopt), kNow - 1h);
  EXPECT_EQ(stamp(never, view(), kNow - 1h), kNow - 1h + 1ms);
  const Instant in_the_future{5h, kNow + 24h * 365, kEarlier, true};
  EXPECT_EQ(stamp(in_the_future, view(), std::nullopt), kNow - 1h);
  TimeView now = view();
  now.wall = WallTime(1h);
  EXPECT_EQ(stamp(never, now, std::nullopt), std::nullopt);
}

// A host without a battery had a date years ahead, lost power, and asked its receiver for the date.
TEST(Stamp, OfAnEarlierBootIsNotAheadOfTheReceiverThoughTheClockIsNotSet) {
  const Instant in_the_future{5h, kNow + 24h * 365, kEarlier, false};
  TimeView now = view();
  now.wall = WallTime(1h);
  now.synchronized = false;
  now.receiver = kNow.time_since_epoch() - 1h;
  EXPECT_EQ(stamp(in_the_future, now, std::nullopt), std::nullopt);
  const Instant earlier{5h, kNow - 3h, kEarlier, false};
  EXPECT_EQ(stamp(earlier, now, std::nullopt), kNow - 3h);
}

TEST(ReceiverClock, FollowsStepsAndNotTheJitterOfWholeSeconds) {
  ReceiverClock clock;
  EXPECT_EQ(clock.offset(), std::nullopt);
  clock.heard(WallTime(), BootTime(1h));
  EXPECT_EQ(clock.offset(), std::nullopt) << "a receiver in 1970 knows nothing either";
  clock.heard(kNow, BootTime(1h));
  const auto first = kNow.time_since_epoch() - 1h;
  EXPECT_EQ(clock.offset(), first);
  clock.heard(kNow + 14s, BootTime(1h + 15s));
  EXPECT_EQ(clock.offset(), first);
  clock.heard(kNow + 1h, BootTime(1h + 30s));
  EXPECT_EQ(clock.offset(), kNow.time_since_epoch() - 30s);
}

}  // namespace
}  // namespace bpfpush
