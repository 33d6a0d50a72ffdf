#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "snapshot/snapshot.hpp"

// Snapshots for the tests of this folder.
namespace bpfpush::testing {

// The members of Family, each with a value to leave it at.
struct FamilyFields {
  std::string name = {};
  std::string help = {};
  std::string unit = {};
  MetricType type = MetricType::kCounter;
  std::vector<std::string> label_names = {};
  std::vector<double> bounds = {};
  double divisor = 1;
  double multiplier = 1;
  bool has_sum = true;
};

inline std::shared_ptr<const Family> share(FamilyFields fields) {
  Family family;
  family.name = std::move(fields.name);
  family.help = std::move(fields.help);
  family.unit = std::move(fields.unit);
  family.type = fields.type;
  family.label_names = std::move(fields.label_names);
  family.bounds = std::move(fields.bounds);
  family.divisor = fields.divisor;
  family.multiplier = fields.multiplier;
  family.has_sum = fields.has_sum;
  return std::make_shared<const Family>(std::move(family));
}

inline std::shared_ptr<const Series> make_series(std::vector<std::string> label_values) {
  return std::make_shared<const Series>(Series{std::move(label_values)});
}

inline void append(FamilySnapshot& family, std::shared_ptr<const Series> series,
                   const std::vector<std::uint64_t>& integers) {
  const auto row = family.append(std::move(series));
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = integers.at(i);
}

inline Snapshot make_snapshot(std::vector<FamilySnapshot> families) {
  Snapshot snapshot;
  snapshot.instant.wall = std::chrono::sys_time<std::chrono::milliseconds>(
      std::chrono::milliseconds(1'700'000'000'123));
  snapshot.families = std::move(families);
  return snapshot;
}

// A counter of one series with the value 1: for tests that are about its labels.
inline Snapshot one_counter(std::vector<std::string> names, std::vector<std::string> values) {
  FamilySnapshot family{share({.name = "requests_total", .label_names = std::move(names)}), {}, {}};
  append(family, make_series(std::move(values)), {1});
  return make_snapshot({std::move(family)});
}

// A histogram of one series with the bounds 1 and 2, one observation in each of its buckets.
inline Snapshot one_histogram(std::vector<std::string> names, std::vector<std::string> values) {
  FamilySnapshot family{share({.name = "latency",
                               .type = MetricType::kHistogram,
                               .label_names = std::move(names),
                               .bounds = {1, 2}}),
                        {},
                        {}};
  append(family, make_series(std::move(values)), {6, 1, 1, 1});
  return make_snapshot({std::move(family)});
}

}  // namespace bpfpush::testing
