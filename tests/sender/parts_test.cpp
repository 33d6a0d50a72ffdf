#include "sender/parts.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace bpfpush {
namespace {

using Range = Parts::Range;

constexpr int kTriesMax = 5'000;

struct Result {
  std::set<std::size_t> delivered;
  std::set<std::size_t> given_up;
  int tries = 0;
};

// Sends everything, or until kTriesMax, to a receiver of which the `i`-th try is told.
Result send_all(Parts& parts, const std::function<bool(int i, Range range)>& takes) {
  Result result;
  for (; !parts.empty() && result.tries < kTriesMax; ++result.tries) {
    const Range range = parts.next();
    std::set<std::size_t>* through = nullptr;
    if (takes(result.tries, range)) {
      through = &result.delivered;
      parts.passed(range.end);
    } else if (parts.failed(range.end) == Parts::Failure::kGiveUp) {
      EXPECT_EQ(range.size(), 1u);
      through = &result.given_up;
    }
    for (std::size_t i = range.begin; through != nullptr && i < range.end; ++i) {
      EXPECT_TRUE(through->insert(i).second) << i << " was sent twice";
    }
  }
  return result;
}

bool holds(Range range, const std::set<std::size_t>& some) {
  const auto first = some.lower_bound(range.begin);
  return first != some.end() && *first < range.end;
}

TEST(Parts, AreSentFromTheFront) {
  Parts parts(5);
  EXPECT_EQ(parts.next(), (Range{0, 5}));
  parts.passed(2);
  EXPECT_EQ(parts.next(), (Range{2, 5}));
  parts.refused(4);
  EXPECT_EQ(parts.next(), (Range{4, 5}));
  parts.passed(5);
  EXPECT_TRUE(parts.empty());
  EXPECT_TRUE(Parts(0).empty());
}

TEST(Parts, AreHalvedDownToOneSeries) {
  Parts parts(5);
  EXPECT_TRUE(parts.halve(4));
  EXPECT_EQ(parts.next(), (Range{0, 2}));
  EXPECT_TRUE(parts.halve(2));
  EXPECT_EQ(parts.next(), (Range{0, 1}));
  EXPECT_FALSE(parts.halve(1));
  parts.refused(1);
  EXPECT_EQ(parts.next(), (Range{1, 2}));
  parts.passed(2);
  EXPECT_EQ(parts.next(), (Range{2, 4}));
  parts.passed(4);
  EXPECT_EQ(parts.next(), (Range{4, 5}));
}

TEST(Parts, GiveUpExactlyWhatFailsAlone) {
  const std::set<std::size_t> cases[] = {
      {0}, {50}, {96}, {97}, {99}, {3, 4, 5}, {0, 97, 99}, {10, 20, 30, 40, 50, 60, 70, 80, 90}};
  for (const auto& bad : cases) {
    SCOPED_TRACE(std::to_string(bad.size()) + " from " + std::to_string(*bad.begin()));
    Parts parts(100);
    const Result result = send_all(parts, [&](int, Range range) { return !holds(range, bad); });
    EXPECT_EQ(result.given_up, bad);
    EXPECT_EQ(result.delivered.size(), 100 - bad.size());
    EXPECT_LT(result.tries, 40 * static_cast<int>(bad.size()));
  }
}

TEST(Parts, GiveUpHistogramsOfWhichNoneIsTaken) {
  std::set<std::size_t> bad;
  for (std::size_t i = 0; i < 100; ++i) bad.insert(i);
  Parts parts(120);
  const Result result = send_all(parts, [&](int, Range range) { return !holds(range, bad); });
  EXPECT_EQ(result.given_up, bad);
  EXPECT_EQ(result.delivered.size(), 20u);
}

TEST(Parts, GiveUpNothingWhileTheReceiverIsDown) {
  for (const int recovers : {1, 2, 3, 10, 1'000}) {
    SCOPED_TRACE(recovers);
    Parts parts(100);
    const Result result = send_all(parts, [&](int i, Range) { return i >= recovers; });
    EXPECT_TRUE(result.given_up.empty());
    EXPECT_EQ(result.delivered.size(), 100u);
    EXPECT_LE(result.tries, recovers + 3) << "an outage must not leave crumbs";
  }
}

TEST(Parts, GiveUpNothingThatWasGoodWhenTheReceiverGoesDownInBetween) {
  const std::set<std::size_t> bad = {42};
  for (int down = 1; down < 30; ++down) {
    SCOPED_TRACE(down);
    Parts parts(100);
    const Result result = send_all(parts, [&](int i, Range range) {
      const bool is_up = i < down || i >= down + 300;
      return is_up && !holds(range, bad);
    });
    for (const std::size_t given_up : result.given_up) EXPECT_EQ(given_up, 42u);
    EXPECT_EQ(result.delivered.size() + result.given_up.size(), 100u);
  }
}

TEST(Parts, CannotTellOfTheOneKeptBack) {
  Parts parts(100);
  const std::set<std::size_t> bad = {98};
  const Result result = send_all(parts, [&](int, Range range) { return !holds(range, bad); });
  EXPECT_EQ(result.delivered.size(), 99u);
  EXPECT_TRUE(result.given_up.empty()) << "nothing was left to show that the receiver is up";
}

TEST(Parts, WaitForEverIfNothingPasses) {
  Parts parts(3);
  const Result result = send_all(parts, [](int, Range) { return false; });
  EXPECT_EQ(result.tries, kTriesMax);
  EXPECT_TRUE(result.given_up.empty());
}

}  // namespace
}  // namespace bpfpush
