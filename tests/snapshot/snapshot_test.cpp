#include "snapshot/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot/merge.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;

TEST(FamilySnapshot, KeepsARowForEachSeries) {
  Family histogram;
  histogram.type = MetricType::kHistogram;
  histogram.bounds = {1, 2};
  FamilySnapshot family{std::make_shared<const Family>(histogram), {}, {}};
  family.append(std::make_shared<const Series>())[0] = 7;
  family.append(std::make_shared<const Series>())[3] = 5;
  EXPECT_THAT(family.row(0), ElementsAre(7, 0, 0, 0));
  EXPECT_THAT(family.row(1), ElementsAre(0, 0, 0, 5));
}

TEST(ObservationCount, IsTheBucketsWithoutTheSum) {
  const std::uint64_t row[] = {1'000, 1, 2, 3};
  EXPECT_EQ(observation_count(row), 6u);
}

TEST(MergeCpus, AddsTheCopiesOfEveryCpu) {
  const std::uint64_t per_cpu[] = {1, 2, 10, 20, 100, 200};
  std::uint64_t row[] = {77, 77};
  merge_cpus(per_cpu, row);
  EXPECT_THAT(row, ElementsAre(111, 222));
}

TEST(MemoryBytes, GrowsWithTheRows) {
  Snapshot snapshot;
  const std::size_t empty = memory_bytes(snapshot);
  FamilySnapshot family{std::make_shared<const Family>(), {}, {}};
  for (int i = 0; i < 100; ++i) family.append(std::make_shared<const Series>());
  snapshot.families.push_back(std::move(family));
  EXPECT_GE(memory_bytes(snapshot), empty + 100 * sizeof(std::uint64_t));
}

}  // namespace
}  // namespace bpfpush
