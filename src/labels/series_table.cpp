#include "labels/series_table.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace bpfpush {
namespace {

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += std::to_string(value.size()) + ":" + value;
  return text;
}

void add_to(std::span<std::uint64_t> total, std::span<const std::uint64_t> row) {
  for (std::size_t i = 0; i < row.size(); ++i) total[i] += row[i];
}

void add_to(std::vector<std::uint64_t>& base, std::span<const std::uint64_t> row) {
  base.resize(std::max(base.size(), row.size()));
  add_to(std::span(base), row);
}

// Cumulative counters of one life of a map's entry never go down.
bool begins_again(std::span<const std::uint64_t> last, std::span<const std::uint64_t> row) {
  return !std::equal(last.begin(), last.end(), row.begin(), std::less_equal<>());
}

}  // namespace

void SeriesTable::add(std::span<const std::byte> key, std::span<const std::uint64_t> row,
                      FamilySnapshot& family) {
  key_.assign(reinterpret_cast<const char*>(key.data()), key.size());
  KeyEntry& known = by_key_[key_];
  if (known.generation == 0 || decoder_.is_volatile()) {
    auto labels = decoder_.decode(key);
    move(known, labels ? &entry_of(std::move(*labels)) : nullptr);
  }
  known.generation = generation_;
  count(known, row, family);
}

void SeriesTable::add_overflow(std::span<const std::uint64_t> row, FamilySnapshot& family) {
  const bool is_empty = std::all_of(row.begin(), row.end(), [](auto value) { return value == 0; });
  if (is_empty) return;
  move(overflow_, &entry_of({decoder_.other()}));
  overflow_.generation = generation_;
  count(overflow_, row, family);
}

void SeriesTable::end(FamilySnapshot& family) {
  end_keys();
  for (const Departure& departure : departures_) {
    // A series that has no key left was renamed, and its counts are with the new name.
    if (departure.entry->generation == generation_) add_to(departure.entry->base, departure.last);
  }
  departures_.clear();
  end_series();
  for (auto& [labels, entry] : by_labels_) {
    if (entry.series) add_to(family.row(entry.row), entry.base);
  }
}

SeriesTable::Entry& SeriesTable::entry_of(DecodedLabels labels) {
  const auto [place, is_new] = by_labels_.try_emplace(joined(labels.values));
  Entry& entry = place->second;
  if (entry.series) return entry;
  if (!is_new) retired_.erase(entry.retired);
  repaired_ += labels.repaired;
  entry.series = std::make_shared<const Series>(Series{std::move(labels.values)});
  return entry;
}

void SeriesTable::move(KeyEntry& key, Entry* to) {
  if (key.entry == to) return;
  if (key.entry != nullptr) departures_.push_back({key.entry, std::move(key.last)});
  key.entry = to;
  key.last.clear();
}

void SeriesTable::count(KeyEntry& key, std::span<const std::uint64_t> row, FamilySnapshot& family) {
  if (key.entry == nullptr) return;
  Entry& entry = *key.entry;
  if (entry.generation != generation_) {
    entry.generation = generation_;
    entry.row = family.series.size();
    family.append(entry.series);
  }
  add_to(family.row(entry.row), row);
  if (!is_cumulative_) return;
  if (begins_again(key.last, row)) add_to(entry.base, key.last);
  key.last.assign(row.begin(), row.end());
}

void SeriesTable::end_keys() {
  std::erase_if(by_key_, [this](const auto& item) {
    const KeyEntry& key = item.second;
    if (key.generation == generation_) return false;
    if (key.entry != nullptr && !key.last.empty()) add_to(key.entry->base, key.last);
    return true;
  });
  if (overflow_.entry != nullptr && overflow_.generation != generation_) {
    add_to(overflow_.entry->base, overflow_.last);
    overflow_ = {};
  }
}

// Lets go of the series that this collection did not see, and of the bases beyond the bound.
void SeriesTable::end_series() {
  for (auto place = by_labels_.begin(); place != by_labels_.end();) {
    Entry& entry = place->second;
    if (!entry.series || entry.generation == generation_) {
      ++place;
    } else if (entry.base.empty()) {
      place = by_labels_.erase(place);
    } else {
      entry.series.reset();
      entry.retired = retired_.insert(retired_.end(), place->first);
      ++place;
    }
  }
  for (; retired_.size() > retired_max_; retired_.pop_front()) {
    by_labels_.erase(by_labels_.find(std::string(retired_.front())));
  }
}

}  // namespace bpfpush
