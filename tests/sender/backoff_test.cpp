#include "sender/backoff.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/fixed_random.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace std::chrono_literals;

TEST(Backoff, DoublesFromMinToMax) {
  struct Case {
    const char* name;
    BackoffOptions options;
    std::vector<milliseconds> want;
  };
  const Case cases[] = {
      {"the default", {}, {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}},
      {"max is no multiple", {.min = 30ms, .max = 100ms}, {30ms, 60ms, 100ms, 100ms}},
      {"min is max", {.min = 5s, .max = 5s}, {5s, 5s}},
      {"max below min counts as min", {.min = 5s, .max = 1s}, {5s, 5s}},
      {"zero does not spin", {.min = 0ms, .max = 0ms}, {1ms, 1ms}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FixedRandom random(0);
    Backoff backoff(c.options, random);
    for (const milliseconds want : c.want) EXPECT_EQ(backoff.next_delay(std::nullopt), want);
  }
}

TEST(Backoff, DoesWhatTheReceiverAsksWithinReason) {
  struct Case {
    const char* name;
    seconds retry_after;
    milliseconds want;
  };
  const Case cases[] = {
      {"longer than ours", 120s, 120s},
      {"even longer than max", 300s, 300s},
      {"shorter than min", 0s, 1s},
      {"in the past", -5s, 1s},
      {"as long as we believe", 600s, 600s},
      {"longer than we believe", 601s, 600s},
      {"a date far away", seconds::max(), 600s},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FixedRandom random(0);
    Backoff backoff({}, random);
    EXPECT_EQ(backoff.next_delay(c.retry_after), c.want);
  }
}

TEST(Backoff, WaitsAtLeastMinEvenIfMinIsOverWhatWeBelieve) {
  FixedRandom random(0);
  Backoff backoff({.min = 3'600s, .max = 7'200s}, random);
  EXPECT_EQ(backoff.next_delay(5s), milliseconds(3'600s));
}

TEST(Backoff, CountsATryThatTheReceiverTimed) {
  FixedRandom random(0);
  Backoff backoff({}, random);
  EXPECT_EQ(backoff.next_delay(5s), milliseconds(5s));
  EXPECT_EQ(backoff.next_delay(std::nullopt), milliseconds(2s));
}

TEST(Backoff, AddsUpToATenthAtRandom) {
  FixedRandom half(0.5);
  Backoff backoff({}, half);
  EXPECT_EQ(backoff.next_delay(std::nullopt), 1'050ms);
  EXPECT_EQ(backoff.next_delay(100s), 105'000ms);
  FixedRandom almost_one(0.999);
  Backoff late({.min = 10s, .max = 10s}, almost_one);
  EXPECT_EQ(late.next_delay(std::nullopt), 10'999ms);
}

TEST(Backoff, StartsAnewAfterAReset) {
  FixedRandom random(0);
  Backoff backoff({}, random);
  EXPECT_EQ(backoff.attempt(), 0);
  backoff.next_delay(std::nullopt);
  backoff.next_delay(std::nullopt);
  EXPECT_EQ(backoff.attempt(), 2);
  backoff.reset();
  EXPECT_EQ(backoff.attempt(), 0);
  EXPECT_EQ(backoff.next_delay(std::nullopt), milliseconds(1s));
}

TEST(Backoff, StaysAtMaxForEver) {
  FixedRandom random(0);
  Backoff backoff({}, random);
  for (int i = 0; i < 10'000; ++i) backoff.next_delay(std::nullopt);
  EXPECT_EQ(backoff.next_delay(std::nullopt), milliseconds(60s));
}

}  // namespace
}  // namespace bpfpush
