#include "env/asio_clock.hpp"

#include <gtest/gtest.h>

namespace bpfpush {
namespace {

TEST(AsioClock, KnowsItsBoot) {
  const AsioClock clock;
  EXPECT_NE(clock.boot_id(), BootId{});
  EXPECT_EQ(clock.boot_id(), AsioClock().boot_id());
  EXPECT_EQ(clock.boot_id()[6] >> 4, 4) << "a random UUID says so in its thirteenth digit";
}

TEST(AsioClock, GoesForward) {
  const AsioClock clock;
  const BootTime first = clock.now();
  EXPECT_LE(first, clock.now());
  EXPECT_GT(clock.wall_now(), WallTime{});
}

}  // namespace
}  // namespace bpfpush
