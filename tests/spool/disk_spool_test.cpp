#include "spool/disk_spool.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "spool/spool_deck.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Everything a cursor had to do with is accounted for.
std::uint64_t accounted(const SpoolState& state) {
  return state.pending_snapshots + state.passed_snapshots + state.thinned_snapshots +
         state.evicted_snapshots + state.damaged_snapshots;
}

// Appends `count` snapshots, and returns their contents.
std::vector<Contents> fill(SpoolDeck& deck, RandomHost& host, int count) {
  std::vector<Contents> all;
  for (int i = 0; i < count; ++i) {
    const StoredSnapshot stored = host.next();
    all.push_back(contents(*stored.snapshot));
    deck.append(stored);
  }
  return all;
}

std::vector<Contents> drained(SpoolDeck& deck, CursorId cursor = 0) {
  std::vector<Contents> all;
  for (const auto& snapshot : deck.drain(cursor)) all.push_back(contents(*snapshot));
  return all;
}

TEST(DiskSpool, GivesSnapshotsInTheOrderTheyCame) {
  SpoolDeck deck;
  RandomHost host(1);
  ASSERT_TRUE(deck.open());
  const auto all = fill(deck, host, 200);
  EXPECT_EQ(deck.state().pending_snapshots, 200u);
  EXPECT_GT(deck.state().pending_bytes, 0u);
  EXPECT_EQ(drained(deck), all);
  EXPECT_EQ(deck.state().passed_snapshots, 200u);
  EXPECT_EQ(deck.state().pending_bytes, 0u);
}

TEST(DiskSpool, GivesWhatItHeldWhenItIsOpenedAgain) {
  SpoolDeck deck;
  RandomHost host(2);
  ASSERT_TRUE(deck.open());
  auto all = fill(deck, host, 100);
  deck.close();
  ASSERT_TRUE(deck.open());
  EXPECT_EQ(deck.state().pending_snapshots, 100u);
  const auto more = fill(deck, host, 10);
  all.insert(all.end(), more.begin(), more.end());
  EXPECT_EQ(drained(deck), all);
}

TEST(DiskSpool, GoesOnWhereACursorWas) {
  SpoolDeck deck;
  RandomHost host(3);
  ASSERT_TRUE(deck.open());
  const auto all = fill(deck, host, 100);
  for (int i = 0; i < 70; ++i) {
    ASSERT_TRUE(deck.read());
    deck.pop();
  }
  ASSERT_TRUE(deck.read());  // and is not answered
  deck.close();
  ASSERT_TRUE(deck.open());
  EXPECT_EQ(deck.state().pending_snapshots, 30u);
  EXPECT_EQ(drained(deck), std::vector<Contents>(all.begin() + 70, all.end()));
}

TEST(DiskSpool, NeverTakesANewSnapshotForOneThatWasPassed) {
  SpoolDeck deck;
  RandomHost host(4);
  ASSERT_TRUE(deck.open());
  fill(deck, host, 10);
  deck.drain();
  deck.close();
  for (const std::string& name : deck.segments()) ASSERT_TRUE(deck.storage.remove(name));
  ASSERT_TRUE(deck.open());
  const auto all = fill(deck, host, 3);
  EXPECT_EQ(drained(deck), all);
}

TEST(DiskSpool, RemovesASegmentOnceEveryEndpointHasPassedIt) {
  SpoolDeck deck;
  RandomHost host(5);
  ASSERT_TRUE(deck.open({"fast", "slow"}));
  fill(deck, host, 200);
  const std::size_t before = deck.segments().size();
  ASSERT_GE(before, 3u);
  deck.drain(0);
  EXPECT_EQ(deck.segments().size(), before);
  deck.drain(1);
  EXPECT_EQ(deck.segments().size(), 1u) << "the one that is being written";
}

TEST(DiskSpool, ADeadEndpointNeitherDelaysNorLosesAnothers) {
  SpoolDeck deck;
  RandomHost host(6);
  ASSERT_TRUE(deck.open({"dead", "alive"}));
  std::vector<Contents> all;
  for (int i = 0; i < 150; ++i) {
    const StoredSnapshot stored = host.next();
    all.push_back(contents(*stored.snapshot));
    deck.append(stored);
    EXPECT_EQ(drained(deck, 1), std::vector<Contents>{all.back()});
  }
  EXPECT_EQ(deck.state(1).pending_snapshots, 0u);
  EXPECT_EQ(deck.state(0).pending_snapshots, 150u);
  EXPECT_EQ(drained(deck, 0), all);
}

TEST(DiskSpool, ANewEndpointStartsAtTheOldest) {
  SpoolDeck deck;
  RandomHost host(7);
  ASSERT_TRUE(deck.open());
  const auto all = fill(deck, host, 20);
  EXPECT_EQ(drained(deck, deck.spool().open_cursor("http://[::1]:9090/a b")), all);
}

TEST(DiskSpool, WaitsForTheNextSnapshotAndEndsWhenItIsClosed) {
  SpoolDeck deck;
  RandomHost host(8);
  ASSERT_TRUE(deck.open());
  EXPECT_EQ(deck.read(), nullptr);
  fill(deck, host, 1);
  EXPECT_NE(deck.read(), nullptr);
  deck.pop();
  deck.spool().close();
  EXPECT_EQ(deck.read(), nullptr);
}

TEST(DiskSpool, KeepsItsFilesUnderTheCapAtEveryMoment) {
  DiskSpoolOptions options{.bytes_max = 1 << 20, .sync_interval = seconds(60)};
  options.coarsest_step = std::chrono::minutes(4);
  for (unsigned seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(seed);
    SpoolDeck deck(options);
    RandomHost host(seed, {.restart = 0.0001, .come_or_go = 0.0001});
    std::uint64_t highest = 0;
    deck.storage.after_write = [&] {
      std::uint64_t bytes = 0;
      for (const StoredFile& file : deck.storage.list().value()) bytes += disk_bytes(file.size);
      highest = std::max(highest, bytes);
    };
    ASSERT_TRUE(deck.open());
    std::uint64_t appended = 0;
    for (int i = 0; i < 600; ++i) {
      deck.append(host.next());
      ASSERT_EQ(accounted(deck.state()), ++appended);
      ASSERT_LE(highest, options.bytes_max);
    }
    if (deck.state().thinned_snapshots == 0) continue;  // a host that says little
    EXPECT_GT(highest, options.bytes_max / 2);
    const std::uint64_t pending = deck.state().pending_snapshots;
    EXPECT_EQ(deck.drain().size(), pending);
    EXPECT_EQ(accounted(deck.state()), appended);
  }
}

TEST(DiskSpool, ThinsWithoutLosingACount) {
  DiskSpoolOptions options{.bytes_max = 1 << 20, .sync_interval = std::nullopt};
  for (unsigned seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(seed);
    SpoolDeck deck(options);
    RandomHost host(seed, {.restart = 0.0005, .come_or_go = 0.0005, .value_bits_max = 20});
    ASSERT_TRUE(deck.open());
    Increases collected;
    for (int i = 0; i < 1'000 && deck.state().evicted_snapshots == 0; ++i) {
      const StoredSnapshot stored = host.next();
      deck.append(stored);
      if (deck.state().evicted_snapshots == 0) collected.add(*stored.snapshot);
    }
    if (deck.state().evicted_snapshots > 0) continue;
    Increases delivered;
    for (const auto& snapshot : deck.drain()) delivered.add(*snapshot);
    EXPECT_EQ(delivered.sums(), collected.sums());
  }
}

TEST(DiskSpool, ThinsTheOldestMostAndKeepsTheNewestWhole) {
  DiskSpoolOptions options{.bytes_max = 1 << 20, .sync_interval = std::nullopt};
  SpoolDeck deck(options);
  BusyHost host;
  ASSERT_TRUE(deck.open());
  Increases collected;
  for (int i = 0; i < 1'500; ++i) {
    const StoredSnapshot stored = host.next();
    deck.append(stored);
    collected.add(*stored.snapshot);
  }
  EXPECT_EQ(deck.state().evicted_snapshots, 0u);
  EXPECT_GT(deck.state().thinned_snapshots, 300u);
  Increases delivered;
  std::vector<nanoseconds> times;
  for (const auto& snapshot : deck.drain()) {
    delivered.add(*snapshot);
    times.push_back(snapshot->instant.since_boot);
  }
  EXPECT_EQ(delivered.sums(), collected.sums());
  ASSERT_GT(times.size(), 100u);
  const auto step = [&](std::size_t i) { return times[i + 20] - times[i]; };
  EXPECT_GT(step(0), 2 * step(times.size() / 2));
  EXPECT_LT(step(times.size() - 30), seconds(15 * 20 + 1));
}

TEST(DiskSpool, EvictsTheOldestWhenAllIsAtTheCoarsestStep) {
  DiskSpoolOptions options{.bytes_max = 1 << 20, .sync_interval = std::nullopt};
  options.coarsest_step = seconds(30);
  SpoolDeck deck(options);
  BusyHost host;
  ASSERT_TRUE(deck.open({"main", "other"}));
  for (int i = 0; i < 2'500; ++i) deck.append(host.next());
  for (const CursorId cursor : {0, 1}) {
    EXPECT_GT(deck.state(cursor).evicted_snapshots, 0u);
    EXPECT_EQ(accounted(deck.state(cursor)), 2'500u);
  }
  EXPECT_EQ(deck.drain().size(),
            2'500u - deck.state().evicted_snapshots - deck.state().thinned_snapshots);
}

TEST(DiskSpool, GoesOnFromMemoryAndReturnsToTheDisk) {
  for (const int error : {ENOSPC, EIO, EROFS}) {
    SCOPED_TRACE(error);
    SpoolDeck deck;
    RandomHost host(9);
    ASSERT_TRUE(deck.open());
    auto all = fill(deck, host, 10);
    deck.storage.before_write = [error](const char*) { return error; };
    auto more = fill(deck, host, 10);
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_TRUE(deck.spool().disk()->failing);
    EXPECT_EQ(deck.state().pending_snapshots, 20u);
    deck.storage.before_write = nullptr;
    more = fill(deck, host, 1);
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_FALSE(deck.spool().disk()->failing);
    EXPECT_GE(deck.spool().disk()->errors, 10u);
    deck.close();
    ASSERT_TRUE(deck.open());
    EXPECT_EQ(drained(deck), all);
  }
}

TEST(DiskSpool, HoldsABoundedNumberInMemoryWhileTheDiskFails) {
  DiskSpoolOptions options;
  options.memory_bytes_max = 100'000;
  SpoolDeck deck(options);
  BusyHost host;
  ASSERT_TRUE(deck.open());
  deck.storage.before_write = [](const char*) { return EIO; };
  for (int i = 0; i < 50; ++i) deck.append(host.next());
  EXPECT_GT(deck.state().evicted_snapshots, 40u);
  EXPECT_EQ(accounted(deck.state()), 50u);
  EXPECT_EQ(deck.drain().size(), 50u - deck.state().evicted_snapshots);
}

TEST(DiskSpool, ReadsOnWhenAReadThatFailedWorksAgain) {
  SpoolDeck deck;
  RandomHost host(10);
  ASSERT_TRUE(deck.open());
  auto all = fill(deck, host, 100);
  deck.storage.before_read = [] { return EIO; };
  EXPECT_EQ(deck.read(), nullptr);
  deck.storage.before_read = nullptr;
  EXPECT_EQ(drained(deck), all);
  EXPECT_EQ(deck.state().damaged_snapshots, 0u);
}

TEST(DiskSpool, GivesEverythingInSpiteOfDamage) {
  SpoolDeck deck;
  RandomHost host(11);
  ASSERT_TRUE(deck.open());
  const auto all = fill(deck, host, 200);
  deck.close();  // as a crash would: the newest segment has no end
  for (const std::string& name : deck.segments()) {
    std::string& bytes = deck.storage.at(name);
    for (std::size_t at = 100; at + 2'000 < bytes.size(); at += bytes.size() / 7) bytes[at] ^= 0x10;
  }
  ASSERT_TRUE(deck.open());
  EXPECT_TRUE(drained(deck) == all);
  EXPECT_EQ(deck.state().damaged_snapshots, 0u);
  EXPECT_EQ(deck.state().passed_snapshots, 200u);
}

TEST(DiskSpool, LeavesOutWhatCannotBeRepairedAndKeepsItsFile) {
  SpoolDeck deck;
  RandomHost host(11);
  ASSERT_TRUE(deck.open());
  const auto all = fill(deck, host, 200);
  deck.close();
  const std::string damaged = deck.segments().at(1);
  std::string& bytes = deck.storage.at(damaged);
  for (std::size_t at = bytes.size() / 3; at < bytes.size() * 2 / 3; at += 3) bytes[at] ^= 5;
  ASSERT_TRUE(deck.open());
  const auto read = drained(deck);
  EXPECT_GT(deck.state().damaged_snapshots, 0u);
  EXPECT_LE(deck.state().damaged_snapshots, spool_format::kSegmentSnapshots);
  EXPECT_EQ(read.size(), 200u - deck.state().damaged_snapshots);
  EXPECT_EQ(accounted(deck.state()), 200u);
  EXPECT_TRUE(deck.storage.exists(damaged));
  EXPECT_EQ(read.back(), all.back());
}

TEST(DiskSpool, EvictsASnapshotThatIsTooLarge) {
  DiskSpoolOptions options{.bytes_max = 1 << 20, .sync_interval = std::nullopt};
  SpoolDeck deck(options);
  BusyHost host;
  ASSERT_TRUE(deck.open());
  deck.append(host.next());
  auto large = std::make_shared<Snapshot>();
  auto family = std::make_shared<Family>();
  family->label_names = {"label"};
  large->families.push_back({family, {}, {}});
  for (int i = 0; i < 20'000; ++i) {
    large->families[0].append(
        std::make_shared<const Series>(Series{{std::string(100, 'x') + std::to_string(i)}}))[0] = 1;
  }
  deck.append(large);
  deck.append(host.next());
  EXPECT_EQ(deck.state().evicted_snapshots, 1u);
  EXPECT_EQ(deck.drain().size(), 2u);
}

// Found by the simulator: it was left to the kernel, for as long as the agent ran.
TEST(DiskSpool, SyncsWhatTheAgentBeforeHadNotSynced) {
  SpoolDeck deck({.sync_interval = seconds(60)});
  RandomHost host(12);
  ASSERT_TRUE(deck.open());
  auto all = fill(deck, host, 4);
  deck.close();
  ASSERT_TRUE(deck.open());
  const auto more = fill(deck, host, 1);
  all.insert(all.end(), more.begin(), more.end());
  deck.close();
  deck.storage.crash([] { return 0.0; });
  ASSERT_TRUE(deck.open());
  EXPECT_EQ(drained(deck), all);
}

}  // namespace
}  // namespace bpfpush
