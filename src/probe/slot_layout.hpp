#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "probe/map_rows.hpp"

namespace bpfpush {

// A histogram in ebpf_exporter's layout has an entry for each bucket: the last member of the key is
// the bucket's number, its slot, and the slot behind the last bucket holds the sum.

// What a configuration says of the slots.
struct SlotBuckets {
  enum class Type {
    kExp2,      // slot k is up to 2^k
    kExp2Zero,  // slot 0 is 0, slot k up to 2^(k-1)
    kLinear,    // slot k is "up to" k
    kFixed,     // the slots are `fixed`
  };

  Type type = Type::kExp2;
  std::int64_t min = 0;  // the slots there are, both included; not for kFixed
  std::int64_t max = 0;
  double multiplier = 1;      // the bounds and the sum are multiplied by this
  std::vector<double> fixed;  // ascending

  // Programs count what exceeds the last finite bound under it. true: that bound is not shown, and
  // what was counted under it, right or wrong, is under +Inf alone.
  bool drop_last_bound = false;
};

// Where each slot goes in a histogram's row.
struct SlotLayout {
  std::vector<double> bounds;                              // finite, ascending
  std::unordered_map<std::uint64_t, std::size_t> columns;  // by slot; the sum's is 0
  std::uint64_t sum_slot = 0;

  std::size_t row_size() const { return bounds.size() + 2; }
  friend bool operator==(const SlotLayout&, const SlotLayout&) = default;
};

// kInvalidConfig for slots whose bounds do not ascend or are not finite.
Result<SlotLayout> lay_out_slots(const SlotBuckets& buckets);

// The slot's place in a key: an unsigned integer of 1, 2, 4 or 8 bytes.
struct SlotField {
  std::size_t offset = 0;
  std::size_t size = 0;

  friend bool operator==(const SlotField&, const SlotField&) = default;
};

// Makes a row of each set of entries whose keys differ in nothing but the slot. The row's key has
// zeros in the slot's place. A slot that is none of the layout's counts for nothing, but its label
// set is there.
void fold_slots(const MapRows& entries, const SlotField& field, const SlotLayout& layout,
                MapRows& rows);

}  // namespace bpfpush
