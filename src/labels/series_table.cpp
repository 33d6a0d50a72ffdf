#include "labels/series_table.hpp"

#include <algorithm>
#include <utility>

namespace bpfpush {
namespace {

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += std::to_string(value.size()) + ":" + value;
  return text;
}

}  // namespace

void SeriesTable::add(std::span<const std::byte> key, std::span<const std::uint64_t> row,
                      FamilySnapshot& family) {
  key_.assign(reinterpret_cast<const char*>(key.data()), key.size());
  KeyEntry& known = by_key_[key_];
  if (known.generation == 0 || decoder_.is_volatile()) {
    auto labels = decoder_.decode(key);
    known.entry = labels ? &entry_of(std::move(*labels)) : nullptr;
  }
  known.generation = generation_;
  if (known.entry != nullptr) add_row(*known.entry, row, family);
}

void SeriesTable::add_overflow(std::span<const std::uint64_t> row, FamilySnapshot& family) {
  const bool is_empty = std::all_of(row.begin(), row.end(), [](auto value) { return value == 0; });
  if (!is_empty) add_row(entry_of({decoder_.other()}), row, family);
}

void SeriesTable::end() {
  const auto unseen = [this](const auto& item) { return item.second.generation != generation_; };
  std::erase_if(by_key_, unseen);
  std::erase_if(by_labels_, unseen);
}

SeriesTable::Entry& SeriesTable::entry_of(DecodedLabels labels) {
  Entry& entry = by_labels_[joined(labels.values)];
  if (!entry.series) {
    repaired_ += labels.repaired;
    entry.series = std::make_shared<const Series>(Series{std::move(labels.values)});
  }
  return entry;
}

void SeriesTable::add_row(Entry& entry, std::span<const std::uint64_t> row,
                          FamilySnapshot& family) {
  if (entry.generation != generation_) {
    entry.generation = generation_;
    entry.row = family.series.size();
    family.append(entry.series);
  }
  const std::span<std::uint64_t> total = family.row(entry.row);
  for (std::size_t i = 0; i < row.size(); ++i) total[i] += row[i];
}

}  // namespace bpfpush
