#include "probe/slot_layout.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace bpfpush {
namespace {

double bound_of(SlotBuckets::Type type, std::int64_t slot) {
  switch (type) {
    case SlotBuckets::Type::kExp2:
      return std::ldexp(1.0, static_cast<int>(slot));
    case SlotBuckets::Type::kExp2Zero:
      return slot == 0 ? 0 : std::ldexp(1.0, static_cast<int>(slot - 1));
    default:
      return static_cast<double>(slot);
  }
}

// The bounds before they are multiplied, and the slots they stand for, which may be no integers.
struct Slots {
  std::vector<double> bounds;
  std::vector<double> slots;
};

Slots slots_of(const SlotBuckets& buckets) {
  if (buckets.type == SlotBuckets::Type::kFixed) return {buckets.fixed, buckets.fixed};
  Slots all;
  for (std::int64_t slot = buckets.min; slot <= buckets.max; ++slot) {
    all.bounds.push_back(bound_of(buckets.type, slot));
    all.slots.push_back(static_cast<double>(slot));
  }
  return all;
}

// A key holds an unsigned integer: a negative slot or a fraction is never met.
bool can_be_met(double slot) {
  return slot >= 0 && slot < 0x1p64 && slot == std::floor(slot);
}

}  // namespace

Result<SlotLayout> lay_out_slots(const SlotBuckets& buckets) {
  SlotLayout layout;
  const Slots all = slots_of(buckets);
  for (const double bound : all.bounds) layout.bounds.push_back(bound * buckets.multiplier);
  if (layout.bounds.empty()) return Error(Errc::kInvalidConfig, "there are no buckets");
  const auto bound_before = std::adjacent_find(layout.bounds.begin(), layout.bounds.end(),
                                               [](double a, double b) { return !(a < b); });
  if (bound_before != layout.bounds.end() || !std::isfinite(layout.bounds.back())) {
    return Error(Errc::kInvalidConfig,
                 "the buckets' bounds do not ascend, or are beyond all numbers");
  }
  for (std::size_t i = 0; i < all.slots.size(); ++i) {
    if (can_be_met(all.slots[i])) {
      layout.columns.emplace(static_cast<std::uint64_t>(all.slots[i]), i + 1);
    }
  }
  const double sum_slot = all.slots.back() + 1;
  layout.sum_slot = std::numeric_limits<std::uint64_t>::max();
  if (can_be_met(sum_slot)) {
    layout.sum_slot = static_cast<std::uint64_t>(sum_slot);
    layout.columns.emplace(layout.sum_slot, 0);
  }
  if (buckets.drop_last_bound) layout.bounds.pop_back();  // its column is now that of +Inf
  return layout;
}

void fold_slots(const MapRows& entries, const SlotField& field, const SlotLayout& layout,
                MapRows& rows) {
  rows.key_size = entries.key_size;
  rows.row_size = layout.row_size();
  rows.keys.clear();
  rows.values.clear();
  std::unordered_map<std::string, std::size_t> row_of;  // by key
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto bytes = entries.key(i);
    std::string key(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::uint64_t slot = 0;
    std::memcpy(&slot, key.data() + field.offset, field.size);  // little-endian hosts
    std::fill_n(key.begin() + static_cast<std::ptrdiff_t>(field.offset), field.size, '\0');
    const auto [place, is_new] = row_of.emplace(std::move(key), row_of.size());
    if (is_new) {
      const auto row_key = std::as_bytes(std::span(place->first));
      rows.keys.insert(rows.keys.end(), row_key.begin(), row_key.end());
      rows.values.resize(rows.values.size() + rows.row_size);
    }
    const auto column = layout.columns.find(slot);
    if (column == layout.columns.end()) continue;
    rows.values[place->second * rows.row_size + column->second] += entries.row(i)[0];
  }
}

}  // namespace bpfpush
