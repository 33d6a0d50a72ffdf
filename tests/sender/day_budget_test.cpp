// A link that is paid for by the byte: the arithmetic, and a day of it.
#include "sender/day_budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sender_world.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

TEST(WireBytes, AreThoseOfTheBodyAndWhatIsAroundIt) {
  struct Case {
    const char* name;
    std::size_t body;
    bool is_tls;
    std::chrono::nanoseconds idle;
    std::size_t want;
  };
  const Case cases[] = {
      {"headers and a packet", 0, false, 15s, 600 + 104},
      {"a small body", 800, false, 15s, 1'400 + 104},
      {"two packets", 900, false, 15s, 1'500 + 2 * 104},
      {"TLS", 800, true, 15s, 1'400 + 104 + 60},
      {"after the connection has gone", 800, false, 2min, 1'400 + 104 + 400},
      {"after that, TLS", 800, true, 2min, 1'400 + 104 + 60 + 5'400},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(wire_bytes(c.body, c.is_tls, c.idle), c.want) << c.name;
  }
}

TEST(DayBudget, IsNoneWithoutALimit) {
  DayBudget budget(0, 15s);
  budget.spend(BootTime(1h), 1u << 30);
  budget.finish_snapshot();
  EXPECT_EQ(budget.wait(BootTime(1h)), 0ns);
  EXPECT_EQ(budget.to_pass(1'000), 0u);
  EXPECT_EQ(budget.interval(), 15s);
}

TEST(DayBudget, SpreadsADaysBytes) {
  struct Case {
    const char* name;
    std::uint64_t bytes_per_day;
    std::size_t snapshot;
    std::chrono::seconds interval;  // of a day's 23 24ths
  };
  const Case cases[] = {
      {"enough", 24'000'000, 2'000, 15s},
      {"a quarter of it", 2'880'000 * 24 / 23, 2'000, 60s},
      {"a push an hour", 24'000 * 24 / 23, 1'000, 3'600s},
      {"a push a day", 10'000 * 24 / 23, 10'000, 86'400s},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    DayBudget budget(c.bytes_per_day, 15s);
    budget.spend(BootTime(1h), c.snapshot);
    budget.finish_snapshot();
    EXPECT_NEAR(std::chrono::duration<double>(budget.interval()).count(),
                static_cast<double>(c.interval.count()),
                static_cast<double>(c.interval.count()) / 1'000);
  }
}

TEST(DayBudget, LetsGoNoMoreInAnyDay) {
  constexpr std::uint64_t kDay = 1'000'000;
  DayBudget budget(kDay, 15s);
  std::vector<std::pair<BootTime, std::size_t>> spent;
  BootTime now{1h};
  for (int i = 0; i < 3'000; ++i) {
    now += std::max<std::chrono::nanoseconds>(budget.wait(now), 15s);
    const std::size_t bytes = 1'000 + static_cast<std::size_t>(i) % 700;
    budget.spend(now, bytes);
    budget.finish_snapshot();
    spent.emplace_back(now, bytes);
  }
  for (std::size_t i = 0; i < spent.size(); i += 50) {
    std::size_t sum = 0;
    for (std::size_t j = i; j < spent.size() && spent[j].first < spent[i].first + 24h; ++j) {
      sum += spent[j].second;
    }
    EXPECT_LE(sum, kDay + 2'000);
  }
}

TEST(DayBudget, PassesOverWhatANewerSnapshotStandsFor) {
  DayBudget budget(2'880'000 * 24 / 23, 15s);
  budget.spend(BootTime(1h), 2'000);  // 60 s apart
  budget.finish_snapshot();
  struct Case {
    std::uint64_t pending;
    std::uint64_t want;
  };
  const Case cases[] = {{0, 0}, {1, 0}, {4, 3}, {5, 4}, {40, 4}, {80, 9}, {5'760, 719}};
  for (const Case& c : cases) EXPECT_EQ(budget.to_pass(c.pending), c.want) << c.pending;
}

// A sender of a simulated host on a link with so many bytes a day.
struct MeteredWorld : SenderWorld {
  explicit MeteredWorld(std::uint64_t bytes_per_day)
      : SenderWorld({.snapshots_max = 40'000,
                     .sender = {.endpoint = "main",
                                .headers = {},
                                .backoff = {},
                                .bytes_per_day_max = bytes_per_day,
                                .is_tls = true,
                                .push_interval = 15s}}) {}

  void live_for(std::chrono::seconds span, std::size_t series) {
    for (std::chrono::seconds at{0}; at < span; at += 15s) {
      append(series);
      run_for(15s);
    }
  }
};

TEST(MeteredSender, StaysWithinADaysBytesAndEndsWithTheNewest) {
  constexpr std::uint64_t kDay = 1'000'000;
  MeteredWorld world(kDay);
  world.start();
  world.live_for(24h, 8);
  const SenderCounters& counters = world.sender.counters();
  EXPECT_LE(counters.link_bytes, kDay);
  EXPECT_GE(counters.link_bytes, kDay * 8 / 10) << "it makes use of what it has";
  EXPECT_EQ(counters.snapshots_delivered + counters.snapshots_passed_over +
                world.backlog().pending_snapshots,
            24u * 240);
  EXPECT_GT(world.sender.push_interval(), 60s);
  const auto times = world.posted_timestamps();
  ASSERT_GT(times.size(), 100u);
  for (std::size_t i = times.size() / 2; i < times.size(); ++i) {
    EXPECT_LT(times[i] - times[i - 1], 2 * world.sender.push_interval()) << "evenly";
  }
  const auto newest = world.append(8);
  world.run_for(0s);
  world.stop();
  world.run_for(1s);
  EXPECT_EQ(world.end(), SenderWorld::End::kReturned);
  EXPECT_THAT(world.posted_bodies().back(),
              testing::AnyOf(world.body(*newest, 0, false), world.body(*newest, 0, true)));
}

TEST(MeteredSender, SendsEverySnapshotWhereThereIsEnough) {
  MeteredWorld world(1'000'000'000);
  world.start();
  world.live_for(1h, 8);
  EXPECT_EQ(world.sender.counters().snapshots_passed_over, 0u);
  EXPECT_EQ(world.sender.counters().snapshots_delivered, 240u);
  EXPECT_EQ(world.sender.push_interval(), 15s);
}

TEST(MeteredSender, SendsOfABacklogWhatTheBytesAllow) {
  MeteredWorld world(1'000'000);
  for (int i = 0; i < 1'440; ++i) {
    world.append(8);
    world.run_for(15s);
  }
  world.start();
  world.live_for(6h, 8);
  const SenderCounters& counters = world.sender.counters();
  EXPECT_LE(counters.link_bytes, 1'000'000u * 7 / 24 + 10'000);
  EXPECT_LT(world.backlog().pending_snapshots, 60u) << "it has caught up";
  EXPECT_GT(counters.snapshots_delivered, 30u);
}

}  // namespace
}  // namespace bpfpush
