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
  EXPECT_TRUE(outage.failed(kStart));
  EXPECT_FALSE(outage.failed(kStart));
  EXPECT_FALSE(outage.failed(kStart + Outage::kRepeat - 1ns));
  EXPECT_TRUE(outage.failed(kStart + Outage::kRepeat));
  EXPECT_FALSE(outage.failed(kStart + Outage::kRepeat + 1s));
  EXPECT_TRUE(outage.failed(kStart + 2 * Outage::kRepeat));
}

TEST(Outage, SumsUpWhatWasSuffered) {
  Outage outage;
  outage.failed(kStart);
  outage.failed(kStart + 10s);
  const auto summary = outage.ended(kStart + 90s);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->duration, 90s);
  EXPECT_EQ(summary->failures, 2);
}

TEST(Outage, BeginsAnewAfterItsEnd) {
  Outage outage;
  outage.failed(kStart);
  outage.ended(kStart + 1s);
  EXPECT_FALSE(outage.ended(kStart + 2s));
  EXPECT_TRUE(outage.failed(kStart + 3s));
  EXPECT_EQ(outage.ended(kStart + 4s)->duration, 1s);
}

}  // namespace
}  // namespace bpfpush
