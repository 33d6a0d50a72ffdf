#include "remote_write/start_stamps.hpp"

#include <gtest/gtest.h>

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

Instant at(std::chrono::nanoseconds since_boot, std::uint8_t boot = 1) {
  Instant instant;
  instant.since_boot = since_boot;
  instant.boot_id = {boot};
  return instant;
}

TEST(StartStamps, SayWhenCountingBeganOnTheTimelineOfTheSamples) {
  StartStamps starts;
  starts.begin_pass(at(100s));
  EXPECT_EQ(starts.of(40s, 1'000'000), 940'000);
  EXPECT_EQ(starts.of(70s, 1'000'000), 970'000);
  EXPECT_EQ(starts.of(0s, 1'000'000), 0) << "it is not known";
}

TEST(StartStamps, AreBeforeTheSampleEvenWhereCountingHasJustBegun) {
  StartStamps starts;
  starts.begin_pass(at(100s));
  EXPECT_EQ(starts.of(100s, 1'000'000), 999'999);
  EXPECT_EQ(starts.of(100s - 1ns, 1'000'000), 999'999);
  EXPECT_EQ(starts.of(99s, 1'000), -1) << "0 would say that it is not known";
}

TEST(StartStamps, StayWhatTheyWereWhenClocksDrift) {
  StartStamps starts;
  starts.begin_pass(at(100s));
  EXPECT_EQ(starts.of(40s, 1'000'000), 940'000);
  for (int i = 1; i < 10; ++i) {
    starts.begin_pass(at(100s + i * 15s));
    EXPECT_EQ(starts.of(40s, 1'000'000 + i * 15'002), 940'000);
  }
}

TEST(StartStamps, MoveBeforeSamplesThatWouldBeBeforeThem) {
  StartStamps starts;
  starts.begin_pass(at(100s));
  EXPECT_EQ(starts.of(40s, 1'000'000), 940'000);
  EXPECT_EQ(starts.of(40s, 940'000), 880'000);
}

TEST(StartStamps, AreForgottenWithTheBootAndWhenNothingAsksForThem) {
  StartStamps starts;
  starts.begin_pass(at(100s));
  EXPECT_EQ(starts.of(40s, 1'000'000), 940'000);
  starts.begin_pass(at(100s, 2));
  EXPECT_EQ(starts.of(40s, 1'001'000), 941'000);
  starts.begin_pass(at(101s, 2));
  starts.begin_pass(at(102s, 2));
  EXPECT_EQ(starts.of(40s, 1'004'000), 942'000);
}

}  // namespace
}  // namespace bpfpush
