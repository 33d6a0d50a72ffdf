#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "spool/stored_snapshot.hpp"

namespace bpfpush {

// A snapshot's contents by name, whatever order and objects it was made of: "family{labels}" and
// the row, and "family" for each family.
using Contents = std::map<std::string, std::vector<std::uint64_t>>;
Contents contents(const Snapshot& snapshot);

// When each family's counting began, by its name, where that is known.
std::map<std::string, std::chrono::nanoseconds> starts(const Snapshot& snapshot);

// "family{labels}" of a family's i-th series.
std::string series_name(const FamilySnapshot& family, std::size_t i);

// A host drawn from a seed: counters and histograms that grow, restart, come and go; gauges; values
// of all magnitudes.
class RandomHost {
 public:
  struct Options {
    double restart = 0.01;  // the chance of a series, at each snapshot
    double come_or_go = 0.02;
    std::size_t value_bits_max = 64;
  };

  RandomHost(unsigned seed, Options options);
  explicit RandomHost(unsigned seed) : RandomHost(seed, Options()) {}

  // The next snapshot, 15 s after the last. Ids ascend, with gaps if `gaps`.
  StoredSnapshot next(bool gaps = false);

  std::size_t below(std::size_t end) { return random_() % end; }
  bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }

 private:
  struct Member {
    std::shared_ptr<const Series> series;
    std::vector<std::uint64_t> row;
    bool present = false;
  };
  struct Group {
    std::shared_ptr<const Family> family;
    std::vector<Member> members;
    std::chrono::nanoseconds counting_since{};
  };

  std::uint64_t amount();
  void grow(MetricType type, Member& member);

  Options options_;
  std::mt19937_64 random_;
  std::vector<Group> groups_;
  std::uint64_t next_id_ = 0;
  Instant instant_;
};

// Histograms of 30 buckets, of which in each interval a third is active and touches 8 of its
// buckets.
class BusyHost {
 public:
  explicit BusyHost(std::size_t histograms = 100);
  StoredSnapshot next();

 private:
  std::mt19937_64 random_{1};
  StoredSnapshot last_;
  Snapshot now_;
};

}  // namespace bpfpush
