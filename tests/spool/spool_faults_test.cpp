// Goal: no single failure, and no crash, costs a snapshot that was synced. Method: one scenario,
// run again and again, that fails or loses power at each of its operations in turn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <random>

#include "spool/spool_deck.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

constexpr int kSnapshots = 80;  // more than a segment holds

// What one endpoint was given, in order, and what was appended.
struct Scenario {
  std::vector<Contents> appended;
  std::vector<Contents> passed;
  std::size_t synced = 0;  // of those appended: append() had returned, and the disk was well
  bool crashed = false;
};

// Two endpoints, one of which is dead; the other lags behind by some snapshots. Ends early when the
// storage has seen `operations_max`.
Scenario run(SpoolDeck& deck, std::uint64_t operations_max) {
  Scenario run;
  RandomHost host(21, {.restart = 0.01, .come_or_go = 0.01, .value_bits_max = 16});
  if (!deck.open({"main", "dead"})) {
    run.crashed = true;
    return run;
  }
  for (int i = 0; i < kSnapshots && !run.crashed; ++i) {
    const StoredSnapshot stored = host.next();
    deck.append(stored);
    run.appended.push_back(contents(*stored.snapshot));
    run.crashed = deck.storage.writes >= operations_max;
    if (!run.crashed && !deck.spool().disk()->failing) run.synced = run.appended.size();
    for (int reads = i % 8 == 7 ? 7 : 0; reads > 0 && !run.crashed; --reads) {
      const auto snapshot = deck.read();
      if (!snapshot) break;
      run.passed.push_back(contents(*snapshot));
      deck.pop();
      run.crashed = deck.storage.writes >= operations_max;
    }
  }
  return run;
}

std::uint64_t operation_count() {
  SpoolDeck deck;
  run(deck, UINT64_MAX);
  return deck.storage.writes;
}

TEST(SpoolFaults, NoFailedOperationCostsASnapshot) {
  const std::uint64_t operations = operation_count();
  ASSERT_GT(operations, 200u);
  for (const int error : {EIO, ENOSPC}) {
    for (std::uint64_t failing = 1; failing <= operations; failing += failing < 60 ? 1 : 4) {
      SCOPED_TRACE(failing);
      SpoolDeck deck;
      deck.storage.before_write = [&](const char*) {
        return deck.storage.writes == failing ? error : 0;
      };
      const Scenario result = run(deck, UINT64_MAX);
      ASSERT_EQ(result.appended.size(), static_cast<std::size_t>(kSnapshots));
      std::vector<Contents> all = result.passed;
      for (const auto& snapshot : deck.drain(0)) all.push_back(contents(*snapshot));
      EXPECT_EQ(all, result.appended);
      all.clear();
      for (const auto& snapshot : deck.drain(1)) all.push_back(contents(*snapshot));
      EXPECT_EQ(all, result.appended);
    }
  }
}

// After a crash, an endpoint is given everything from some snapshot that it had not passed before,
// or had, up to one that was synced or later: no gap, and in order.
void expect_nothing_lost(SpoolDeck& deck, CursorId cursor, const Scenario& before,
                         std::size_t passed) {
  std::vector<Contents> got;
  for (const auto& snapshot : deck.drain(cursor)) got.push_back(contents(*snapshot));
  ASSERT_LE(got.size(), before.appended.size());
  if (got.empty()) {
    EXPECT_LE(before.synced, passed);
    return;
  }
  // Where in what was appended the last that was given is; contents may repeat, so from the end.
  for (std::size_t end = before.appended.size(); end >= got.size(); --end) {
    const auto begin = before.appended.begin() + static_cast<std::ptrdiff_t>(end - got.size());
    if (!std::equal(got.begin(), got.end(), begin)) continue;
    EXPECT_GE(end, before.synced);
    EXPECT_LE(end - got.size(), passed);
    return;
  }
  ADD_FAILURE() << "what was given is no stretch of what was appended";
}

TEST(SpoolFaults, NoCrashCostsASnapshotThatWasSynced) {
  const std::uint64_t operations = operation_count();
  std::mt19937_64 random(7);
  const std::function<double()> keeps[] = {
      [] { return 0.0; }, [] { return 1.0; },
      [&random] { return std::uniform_real_distribution<>()(random); }};
  for (const auto& keep : keeps) {
    for (std::uint64_t crash = 1; crash <= operations; crash += crash < 60 ? 1 : 4) {
      SCOPED_TRACE(crash);
      SpoolDeck deck;
      deck.storage.before_write = [&](const char*) {
        return deck.storage.writes >= crash ? EIO : 0;
      };
      const Scenario before = run(deck, crash);
      deck.close();
      deck.storage.before_write = nullptr;
      deck.storage.crash(keep);
      ASSERT_TRUE(deck.open({"main", "dead"}));
      ASSERT_NO_FATAL_FAILURE(expect_nothing_lost(deck, 0, before, before.passed.size()));
      ASSERT_NO_FATAL_FAILURE(expect_nothing_lost(deck, 1, before, 0));
      // And it goes on.
      const StoredSnapshot next = RandomHost(22).next();
      deck.append(next);
      const auto snapshot = deck.read(0);
      ASSERT_TRUE(snapshot);
      EXPECT_EQ(contents(*snapshot), contents(*next.snapshot));
    }
  }
}

TEST(SpoolFaults, ThinningLosesNothingInACrash) {
  DiskSpoolOptions options{.bytes_max = 1 << 20, .sync_interval = std::chrono::nanoseconds(0)};
  std::mt19937_64 random(9);
  const auto keep = [&random] { return std::uniform_real_distribution<>()(random); };
  for (int round = 0; round < 4; ++round) {
    SCOPED_TRACE(round);
    SpoolDeck deck(options);
    BusyHost host;
    ASSERT_TRUE(deck.open());
    Increases collected;
    // Until it has been thinned some times, and then to an operation within the next.
    std::uint64_t crash = UINT64_MAX;
    deck.storage.before_write = [&](const char*) { return deck.storage.writes >= crash ? EIO : 0; };
    bool in_thinning = false;
    deck.storage.after_write = [&] {
      const bool is_thinning = deck.storage.exists("thinned.tmp");
      if (is_thinning && !in_thinning && crash == UINT64_MAX && deck.storage.writes > 1'000) {
        crash = deck.storage.writes + 1 + static_cast<std::uint64_t>(round) % 4;
      }
      in_thinning = is_thinning;
    };
    for (int i = 0; i < 1'500 && deck.storage.writes < crash; ++i) {
      const StoredSnapshot stored = host.next();
      deck.append(stored);
      if (!deck.spool().disk()->failing) collected.add(*stored.snapshot);
    }
    ASSERT_NE(crash, UINT64_MAX) << "it was never thinned";
    deck.close();
    deck.storage.before_write = nullptr;
    deck.storage.after_write = nullptr;
    deck.storage.crash(keep);
    ASSERT_TRUE(deck.open());
    Increases delivered;
    for (const auto& snapshot : deck.drain()) delivered.add(*snapshot);
    for (const auto& [series, sums] : collected.sums()) {
      const auto& got = delivered.sums().at(series);
      for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_GE(got[i], sums[i]) << series;
    }
  }
}

}  // namespace
}  // namespace bpfpush
