#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "labels/key_decoder.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// Knows which series each key of one map is, so that a steady map costs a look-up per key and a
// series stays the same object from snapshot to snapshot. Keys that decode to the same labels are
// one series, their counts added. It holds what the last collection saw, no more.
class SeriesTable {
 public:
  explicit SeriesTable(KeyDecoder decoder) : decoder_(std::move(decoder)) {}

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
  // Forgets the keys that this collection did not see.
  void end();

 private:
  struct Entry {
    std::shared_ptr<const Series> series;
    std::size_t row = 0;           // in the family of this generation
    std::uint64_t generation = 0;  // when it was last seen
  };
  struct KeyEntry {
    Entry* entry = nullptr;  // into by_labels_, whose elements do not move; both go in end(). None
                             // if the label set is dropped
    std::uint64_t generation = 0;  // 0: never decoded
  };

  Entry& entry_of(DecodedLabels labels);
  void add_row(Entry& entry, std::span<const std::uint64_t> row, FamilySnapshot& family);

  KeyDecoder decoder_;
  std::uint64_t generation_ = 0;
  std::uint64_t repaired_ = 0;
  std::unordered_map<std::string, Entry> by_labels_;  // the values, each after its length
  std::unordered_map<std::string, KeyEntry> by_key_;  // the bytes
  std::string key_;                                   // the look-up's own, to allocate nothing
};

}  // namespace bpfpush
