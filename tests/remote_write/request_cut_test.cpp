#include "remote_write/request_cut.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "remote_write/snapshots.hpp"

namespace bpfpush {
namespace {

using testing::append;
using testing::make_series;
using testing::make_snapshot;
using testing::share;

// Families with so many series, each named by its place.
Snapshot families_of(const std::vector<std::size_t>& counts) {
  std::vector<FamilySnapshot> families;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    FamilySnapshot family{share({.name = std::to_string(i)}), {}, {}};
    while (family.series.size() < counts[i]) append(family, make_series({}), {0});
    families.push_back(std::move(family));
  }
  return make_snapshot(std::move(families));
}

// (family, index) of all series from `begin` on.
std::vector<std::pair<std::string, std::size_t>> walk_from(const Snapshot& snapshot,
                                                           std::size_t begin) {
  std::vector<std::pair<std::string, std::size_t>> places;
  for (SeriesWalk walk(snapshot, begin); !walk.at_end() && places.size() < 100; walk.next()) {
    EXPECT_EQ(walk.position(), begin + places.size());
    places.emplace_back(walk.family().family->name, walk.index());
  }
  return places;
}

TEST(SeriesWalk, PassesEverySeriesFromWhereItBegins) {
  const Snapshot snapshot = families_of({0, 2, 0, 0, 1, 3, 0});
  std::vector<std::pair<std::string, std::size_t>> expected = {{"1", 0}, {"1", 1}, {"4", 0},
                                                               {"5", 0}, {"5", 1}, {"5", 2}};
  for (std::size_t begin = 0; begin <= 6; ++begin) {
    SCOPED_TRACE(begin);
    EXPECT_EQ(walk_from(snapshot, begin), expected);
    if (!expected.empty()) expected.erase(expected.begin());
  }
}

TEST(SeriesWalk, IsAtItsEndWhereNothingIsLeft) {
  struct Case {
    const char* name;
    std::vector<std::size_t> counts;
    std::size_t begin, position;
  };
  const Case cases[] = {
      {"no families", {}, 0, 0},
      {"no series", {0, 0}, 0, 0},
      {"at the end", {2, 1}, 3, 3},
      {"past the end", {2, 1}, 9, 3},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Snapshot snapshot = families_of(c.counts);
    const SeriesWalk walk(snapshot, c.begin);
    EXPECT_TRUE(walk.at_end());
    EXPECT_EQ(walk.position(), c.position);
  }
}

TEST(RequestCut, TakesWhatFitsAndAlwaysTheFirst) {
  struct Case {
    const char* name;
    std::size_t samples_max, bytes_max;
    std::vector<std::pair<std::size_t, std::size_t>> offered;  // samples, bytes
    std::vector<bool> taken;
    std::size_t samples;
  };
  const Case cases[] = {
      {"up to the most samples", 5, 100, {{2, 1}, {3, 1}, {1, 1}}, {true, true, false}, 5},
      {"not past them", 5, 100, {{2, 1}, {4, 1}}, {true, false}, 2},
      {"up to the most bytes", 100, 5, {{1, 2}, {1, 3}, {1, 1}}, {true, true, false}, 2},
      {"not past them", 100, 5, {{1, 2}, {1, 4}}, {true, false}, 1},
      {"a first of too many samples", 5, 100, {{6, 1}, {1, 1}}, {true, false}, 6},
      {"a first of too many bytes", 100, 5, {{1, 6}, {1, 1}}, {true, false}, 1},
      {"no room at all", 0, 0, {{1, 1}, {1, 1}}, {true, false}, 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RequestCut cut(c.samples_max, c.bytes_max);
    std::vector<bool> taken;
    for (const auto& [samples, bytes] : c.offered)
      taken.push_back(cut.take({.samples = samples, .bytes_max = bytes}));
    EXPECT_EQ(taken, c.taken);
    EXPECT_EQ(cut.samples(), c.samples);
  }
}

}  // namespace
}  // namespace bpfpush
