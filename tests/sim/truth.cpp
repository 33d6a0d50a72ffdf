#include "sim/truth.hpp"

#include <algorithm>
#include <utility>

namespace bpfpush::sim {

std::uint64_t Truth::begin_collection(const Collection& collection) {
  collections_.push_back(collection);
  return collections();
}

void Truth::saw(const std::string& series, int epoch, std::optional<Row> row) {
  auto& changes = series_[series];
  if (changes.empty() && !row) return;
  if (!changes.empty() && changes.back().row == row && changes.back().epoch == epoch) return;
  changes.push_back({collections(), epoch, std::move(row)});
}

const Truth::Change* Truth::at(const std::string& series, std::uint64_t collection) const {
  const auto found = series_.find(series);
  if (found == series_.end()) return nullptr;
  const auto later = [](std::uint64_t number, const Change& change) {
    return number < change.collection;
  };
  const auto& changes = found->second;
  const auto next = std::upper_bound(changes.begin(), changes.end(), collection, later);
  if (next == changes.begin() || !std::prev(next)->row) return nullptr;
  return &*std::prev(next);
}

}  // namespace bpfpush::sim
