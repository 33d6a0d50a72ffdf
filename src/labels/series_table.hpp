#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "labels/key_decoder.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// Knows which series each key of one map is, so that a steady map costs a look-up per key and a
// series stays the same object from snapshot to snapshot. Keys that decode to the same labels are
// one series, their counts added.
//
// A series of a counter or histogram does not go down while keys come and go: what a key had
// counted when it was last seen stays in its series' base, and is added to what its keys count
// now. That is so for a key that is gone (evicted from an LRU map, deleted), for one whose counts
// begin again, and for one that has other labels now, as far as its old series has other keys: a
// series that is merely renamed takes its counts along. The base of a series that has no key left
// is kept for when it comes back, for as many series as the map has room for; beyond that the one
// that is gone longest is forgotten, and would begin again from what its keys count. Gauges have no
// base.
class SeriesTable {
 public:
  // `capacity` is how many keys the map has room for.
  SeriesTable(KeyDecoder decoder, MetricType type, std::size_t capacity)
      : decoder_(std::move(decoder)),
        is_cumulative_(type != MetricType::kGauge),
        retired_max_(capacity) {}

  const KeyDecoder& decoder() const { return decoder_; }

  // Label values that were not UTF-8, each counted when its series appears.
  std::uint64_t repaired() const { return repaired_; }

  // A collection: begin(), then add() for each key of the map, then end().
  void begin() { generation_ += 1; }
  // Adds the integers of `row` to the series of `key` in `family`, appending the series if it is
  // new there. A key whose label set a decoder drops is left out.
  void add(std::span<const std::byte> key, std::span<const std::uint64_t> row,
           FamilySnapshot& family);
  // The same for what found no room in the map. Its series exists while it has counted something.
  void add_overflow(std::span<const std::uint64_t> row, FamilySnapshot& family);
  // Adds the bases to the series of `family`, and forgets the keys that this collection did not
  // see.
  void end(FamilySnapshot& family);

 private:
  using Row = std::vector<std::uint64_t>;
  struct Entry {
    std::shared_ptr<const Series> series;           // none while it is retired
    std::size_t row = 0;                            // in the family of this generation
    std::uint64_t generation = 0;                   // when it was last seen
    Row base;                                       // empty: zeros
    std::list<std::string_view>::iterator retired;  // while it has no series
  };
  struct KeyEntry {
    Entry* entry = nullptr;  // into by_labels_, whose elements do not move; a key goes before its
                             // entry does. None if the label set is dropped
    std::uint64_t generation = 0;  // 0: never decoded
    Row last;                      // what it had counted when it was last seen
  };
  struct Departure {  // of a key from a series
    Entry* entry = nullptr;
    Row last;
  };

  Entry& entry_of(DecodedLabels labels);
  void move(KeyEntry& key, Entry* to);
  void count(KeyEntry& key, std::span<const std::uint64_t> row, FamilySnapshot& family);
  void end_keys();
  void end_series();

  KeyDecoder decoder_;
  bool is_cumulative_;
  std::size_t retired_max_;
  std::uint64_t generation_ = 0;
  std::uint64_t repaired_ = 0;
  std::unordered_map<std::string, Entry> by_labels_;  // the values, each after its length
  std::unordered_map<std::string, KeyEntry> by_key_;  // the bytes
  KeyEntry overflow_;
  std::vector<Departure> departures_;    // in this collection
  std::list<std::string_view> retired_;  // keys of by_labels_, those gone longest first
  std::string key_;                      // the look-up's own, to allocate nothing
};

}  // namespace bpfpush
