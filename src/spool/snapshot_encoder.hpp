#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "spool/byte_io.hpp"
#include "spool/format.hpp"
#include "spool/stored_snapshot.hpp"

namespace bpfpush {

// Turns the snapshots of one segment into its records: the first in full, the others as differences
// to the one before. Families and series are the same if they are equal, whatever their addresses.
class SnapshotEncoder {
 public:
  // The records of a snapshot, whose id is larger than the one's before it: a dictionary, where it
  // has what the segment has not named yet, and itself.
  std::string encode(const StoredSnapshot& stored);

  // Whether counts broke off between the last snapshot and the one before: a counter or histogram
  // began, ended, went down or has another start, the agent was started, or the host.
  bool broke() const { return broke_; }

 private:
  struct KnownFamily {
    std::shared_ptr<const Family> family;
    std::size_t index = 0;
    std::chrono::nanoseconds counting_since{};  // as in the last snapshot that had the family
    // By address, as series mostly are the same objects. The keys own them.
    std::unordered_map<std::shared_ptr<const Series>, std::size_t> series;
  };
  struct KnownSeries {
    MetricType type = MetricType::kCounter;
    std::vector<std::uint64_t> row;  // as in the last snapshot
    bool present = false;            // in the last snapshot
  };
  struct Additions {
    std::size_t count = 0;
    ByteWriter bytes;
  };
  using Row = std::pair<std::size_t, std::span<const std::uint64_t>>;  // with its series' number
  struct Start {
    std::size_t family = 0;
    std::chrono::nanoseconds counting_since{};
  };

  KnownFamily& find_family(const std::shared_ptr<const Family>& family);
  std::size_t find_series(KnownFamily& family, const std::shared_ptr<const Series>& series);
  std::vector<Row> rows_of(const Snapshot& snapshot);
  std::vector<std::size_t> absent_of(const Snapshot& snapshot);
  // Notes them, and returns those that are others than before.
  std::vector<Start> take_starts(const Snapshot& snapshot);
  std::string take_dictionary();
  void put_head(const StoredSnapshot& stored, ByteWriter& payload);
  void put_absent(std::vector<std::size_t> absent, ByteWriter& payload);
  static void put_starts(const std::vector<Start>& starts, ByteWriter& payload);
  void put_changes(const std::vector<Row>& rows, ByteWriter& payload);

  std::unordered_map<const Family*, KnownFamily*> by_address_;
  std::unordered_map<std::string, std::unique_ptr<KnownFamily>> families_;  // by their bytes
  std::unordered_map<std::string, std::size_t> numbers_;                    // of series, likewise
  std::vector<std::shared_ptr<const Family>> kept_;  // whose addresses are keys
  std::vector<KnownSeries> series_;
  Additions new_families_;
  Additions new_series_;
  std::vector<std::size_t> absent_;  // families that the last snapshot lacks
  StoredSnapshot last_;
  bool broke_ = false;
};

}  // namespace bpfpush
