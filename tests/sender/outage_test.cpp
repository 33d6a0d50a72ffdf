#include "sender/outage.hpp"

#include <gtest/gtest.h>

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

constexpr BootTime kStart{1h};

TEST(Outage, HasNothingToTellWhenNothingFailed) {
  Outage outage;
  EXPECT_FALSE(outage.ended(kStart));
}

TEST(Outage, LogsTheFirstFailureAndThenOneEachInterval) {
  Outage outage;
  EXPECT_TRUE(outage.failed(kStart, "503"));
  EXPECT_FALSE(outage.failed(kStart, "503"));
  EXPECT_FALSE(outage.failed(kStart + Outage::kRepeat - 1ns, "503"));
  EXPECT_TRUE(outage.failed(kStart + Outage::kRepeat, "503"));
  EXPECT_FALSE(outage.failed(kStart + Outage::kRepeat + 1s, "503"));
  EXPECT_TRUE(outage.failed(kStart + 2 * Outage::kRepeat, "503"));
}

TEST(Outage, LogsAnotherReasonAtOnceAndEachButOnceAnInterval) {
  Outage outage;
  EXPECT_TRUE(outage.failed(kStart, "curl:7"));
  EXPECT_TRUE(outage.failed(kStart + 1s, "curl:60"));
  EXPECT_FALSE(outage.failed(kStart + 2s, "curl:7"));
  EXPECT_FALSE(outage.failed(kStart + 3s, "curl:60"));
  EXPECT_TRUE(outage.failed(kStart + Outage::kRepeat, "curl:7"));
  EXPECT_FALSE(outage.failed(kStart + Outage::kRepeat, "curl:60"));
}

TEST(Outage, SumsUpWhatWasSuffered) {
  Outage outage;
  outage.failed(kStart, "503");
  outage.failed(kStart + 10s, "503");
  const auto summary = outage.ended(kStart + 90s);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->duration, 90s);
  EXPECT_EQ(summary->failures, 2);
}

TEST(Outage, BeginsAnewAfterItsEnd) {
  Outage outage;
  outage.failed(kStart, "503");
  outage.ended(kStart + 1s);
  EXPECT_FALSE(outage.ended(kStart + 2s));
  EXPECT_TRUE(outage.failed(kStart + 3s, "503"));
  EXPECT_EQ(outage.ended(kStart + 4s)->duration, 1s);
}

}  // namespace
}  // namespace bpfpush
