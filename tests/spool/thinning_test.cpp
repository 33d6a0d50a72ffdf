#include "spool/thinning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "spool/random_host.hpp"
#include "spool/snapshot_encoder.hpp"

namespace bpfpush {
namespace {

std::set<std::uint64_t> ids_of(std::string segment) {
  SegmentReader reader(std::move(segment));
  std::set<std::uint64_t> ids;
  while (reader.next()) ids.insert(reader.id());
  return ids;
}

// Whether a counter or histogram of `before` is lower in `after`, or not there, or one is new.
bool breaks(const StoredSnapshot& before, const StoredSnapshot& after) {
  if (after.begins_run || before.snapshot->instant.boot_id != after.snapshot->instant.boot_id)
    return true;
  const auto counts = [](const Snapshot& snapshot) {
    Contents all;
    for (const FamilySnapshot& family : snapshot.families) {
      if (family.family->type == MetricType::kGauge) continue;
      for (std::size_t i = 0; i < family.series.size(); ++i) {
        const auto row = family.row(i);
        all[series_name(family, i)] = {row.begin(), row.end()};
      }
    }
    return all;
  };
  const Contents old = counts(*before.snapshot);
  const Contents now = counts(*after.snapshot);
  if (old.size() != now.size()) return true;
  for (const auto& [name, row] : old) {
    const auto found = now.find(name);
    if (found == now.end()) return true;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (found->second[i] < row[i]) return true;
    }
  }
  return false;
}

TEST(Thinning, NeverTakesTheLastBeforeACounterStartsAgainOrASeriesEnds) {
  std::size_t breaks_seen = 0;
  std::size_t dropped = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomHost host(seed, {.restart = 0.003, .come_or_go = 0.003, .value_bits_max = 30});
    SnapshotEncoder encoder;
    std::string segment = spool_format::segment_head(0);
    std::vector<StoredSnapshot> all;
    for (int i = 0; i < 64; ++i) {
      all.push_back(host.next());
      segment += encoder.encode(all.back());
    }
    const auto thinned = thin(segment, "", {.keep_level = 6, .level = 6});
    ASSERT_TRUE(thinned);
    const std::set<std::uint64_t> kept = ids_of(thinned->bytes);
    EXPECT_TRUE(kept.contains(all.front().id));
    EXPECT_TRUE(kept.contains(all.back().id));
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      if (!breaks(all[i], all[i + 1])) continue;
      ++breaks_seen;
      EXPECT_TRUE(kept.contains(all[i].id) && kept.contains(all[i + 1].id)) << i;
    }
    EXPECT_EQ(kept.size() + thinned->dropped.size(), all.size());
    dropped += thinned->dropped.size();
  }
  EXPECT_GT(breaks_seen, 100u);
  EXPECT_GT(dropped, 100u);
}

}  // namespace
}  // namespace bpfpush
