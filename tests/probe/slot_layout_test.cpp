#include "probe/slot_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;

using Type = SlotBuckets::Type;
using Bounds = std::vector<double>;
using Columns = std::map<std::uint64_t, std::size_t>;

TEST(SlotLayout, HasABoundForEverySlotAndTheSumBehindThem) {
  struct Case {
    const char* name;
    SlotBuckets buckets;
    Bounds bounds;
    Columns columns;
  };
  const Case cases[] = {
      {"exp2", {Type::kExp2, 0, 2, 1, {}}, {1, 2, 4}, {{0, 1}, {1, 2}, {2, 3}, {3, 0}}},
      {"exp2 from 2", {Type::kExp2, 2, 3, 1e-6, {}}, {4e-6, 8e-6}, {{2, 1}, {3, 2}, {4, 0}}},
      {"exp2zero", {Type::kExp2Zero, 0, 2, 10, {}}, {0, 10, 20}, {{0, 1}, {1, 2}, {2, 3}, {3, 0}}},
      {"linear",
       {Type::kLinear, 1, 3, 0.1, {}},
       {0.1, 0.2, 3 * 0.1},
       {{1, 1}, {2, 2}, {3, 3}, {4, 0}}},
      {"one slot", {Type::kLinear, 5, 5, 1, {}}, {5}, {{5, 1}, {6, 0}}},
      {"fixed",
       {Type::kFixed, 0, 0, 2, {1, 5, 10}},
       {2, 10, 20},
       {{1, 1}, {5, 2}, {10, 3}, {11, 0}}},
      {"fixed, and a slot that cannot be met",
       {Type::kFixed, 0, 0, 1, {1, 2.5, 4}},
       {1, 2.5, 4},
       {{1, 1}, {4, 3}, {5, 0}}},
      {"a sum that cannot be met", {Type::kFixed, 0, 0, 1, {1, 2.5}}, {1, 2.5}, {{1, 1}}},
      {"below zero", {Type::kExp2, -1, 1, 1, {}}, {0.5, 1, 2}, {{0, 2}, {1, 3}, {2, 0}}},
      {"without the last bound",
       {Type::kExp2, 0, 2, 1, {}, true},
       {1, 2},
       {{0, 1}, {1, 2}, {2, 3}, {3, 0}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const SlotLayout layout = lay_out_slots(c.buckets).value();
    EXPECT_EQ(layout.bounds, c.bounds);
    EXPECT_EQ(Columns(layout.columns.begin(), layout.columns.end()), c.columns);
  }
}

TEST(SlotLayout, RefusesBoundsThatDoNotAscend) {
  const SlotBuckets cases[] = {
      {Type::kExp2, 0, 1024, 1, {}},         {Type::kExp2, 0, 3, 0, {}},
      {Type::kFixed, 0, 0, 1, {}},           {Type::kFixed, 0, 0, 1, {2, 1}},
      {Type::kLinear, 0, 1, 5e-324 / 4, {}},
  };
  for (const SlotBuckets& buckets : cases) {
    EXPECT_EQ(lay_out_slots(buckets).error(), Error(Errc::kInvalidConfig, ""));
  }
}

struct Entry {
  std::uint32_t device;
  std::uint32_t slot;
  std::uint64_t count;
};

TEST(FoldSlots, MakesARowOfEachLabelSet) {
  const Entry entries[] = {
      {7, 0, 5}, {8, 2, 1}, {7, 2, 3}, {7, 3, 1000}, {7, 9, 4}, {9, 4, 1}, {7, 0, 1},
  };
  MapRows rows;
  rows.key_size = 8;
  rows.row_size = 1;
  for (const Entry& entry : entries) {
    const auto bytes = std::as_bytes(std::span(&entry, 1)).first(8);
    rows.keys.insert(rows.keys.end(), bytes.begin(), bytes.end());
    rows.values.push_back(entry.count);
  }
  const SlotLayout layout = lay_out_slots({Type::kExp2, 0, 2, 1, {}}).value();
  MapRows folded;
  fold_slots(rows, {4, 4}, layout, folded);
  ASSERT_EQ(folded.size(), 3u);
  const std::uint32_t devices[] = {7, 8, 9};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::uint32_t key[] = {devices[i], 0};
    EXPECT_EQ(std::memcmp(folded.key(i).data(), key, sizeof key), 0) << i;
  }
  EXPECT_THAT(folded.row(0), ElementsAre(1000, 6, 0, 3, 0)) << "the sum, 1, 2, 4, +Inf";
  EXPECT_THAT(folded.row(1), ElementsAre(0, 0, 0, 1, 0));
  EXPECT_THAT(folded.row(2), ElementsAre(0, 0, 0, 0, 0)) << "there, although its slot is none";
}

TEST(FoldSlots, PutsTheLastSlotUnderInfinityAloneWhereItsBoundIsDropped) {
  MapRows rows;
  rows.key_size = 1;
  rows.row_size = 1;
  rows.keys = {std::byte{0}, std::byte{2}};
  rows.values = {5, 3};
  const SlotLayout layout = lay_out_slots({Type::kExp2, 0, 2, 1, {}, true}).value();
  MapRows folded;
  fold_slots(rows, {0, 1}, layout, folded);
  ASSERT_EQ(folded.size(), 1u);
  EXPECT_THAT(folded.row(0), ElementsAre(0, 5, 0, 3)) << "the sum, 1, 2, +Inf";
}

}  // namespace
}  // namespace bpfpush
