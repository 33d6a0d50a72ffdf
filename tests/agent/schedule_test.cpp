#include "agent/schedule.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace bpfpush {
namespace {

using std::chrono::seconds;

TEST(Schedule, NextPushIsTheNextPointOfTheGrid) {
  struct Case {
    int now;
    int interval;
    int phase;
    int want;
  };
  const Case cases[] = {
      {0, 15, 0, 15}, {0, 15, 10, 10}, {10, 15, 10, 25}, {11, 15, 10, 25}, {3600, 15, 14, 3614},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(next_push(BootTime(seconds(c.now)), seconds(c.interval), seconds(c.phase)),
              BootTime(seconds(c.want)))
        << c.now << " " << c.phase;
  }
}

TEST(Schedule, PhaseOfAHostIsAlwaysTheSameAndWithinTheInterval) {
  EXPECT_EQ(push_phase("host-1", seconds(15)), push_phase("host-1", seconds(15)));
  EXPECT_LT(push_phase("host-1", seconds(15)), seconds(15));
}

TEST(Schedule, PhasesOfAFleetAreSpreadEvenly) {
  constexpr int kHosts = 15'000;
  std::array<int, 15> hosts_in_second{};
  for (int host = 0; host < kHosts; ++host) {
    const auto phase = push_phase("instance=host-" + std::to_string(host), seconds(15));
    hosts_in_second[static_cast<std::size_t>(phase / seconds(1))] += 1;
  }
  for (const int hosts : hosts_in_second) {
    EXPECT_GT(hosts, 850) << "an even share is 1,000";
    EXPECT_LT(hosts, 1'150);
  }
}

}  // namespace
}  // namespace bpfpush
