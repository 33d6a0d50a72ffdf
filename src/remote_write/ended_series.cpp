#include "remote_write/ended_series.hpp"

#include <functional>
#include <set>
#include <unordered_set>
#include <utility>

namespace bpfpush {
namespace {

using Held = std::vector<std::shared_ptr<const Series>>;

// Do both write the same series for the same label values? If not, what one had cannot be ended in
// the name of the other.
bool is_same(const Family& a, const Family& b) {
  return &a == &b || (a.type == b.type && a.label_names == b.label_names && a.bounds == b.bounds);
}

// Those of `of` whose labels none in `in` has.
Held missing(const Held& of, const Held& in) {
  const std::unordered_set<std::shared_ptr<const Series>> objects(in.begin(), in.end());
  Held rest;
  for (const auto& one : of) {
    if (!objects.contains(one)) rest.push_back(one);
  }
  if (rest.empty()) return rest;
  using Labels = std::reference_wrapper<const std::vector<std::string>>;
  std::set<Labels, std::less<std::vector<std::string>>> labels;
  for (const auto& one : in) labels.insert(one->label_values);
  std::erase_if(rest, [&labels](const auto& one) { return labels.contains(one->label_values); });
  return rest;
}

}  // namespace

void EndedSeries::begin(const Snapshot& snapshot) {
  ended_ = std::vector<One>();  // not cleared: that would keep the room of a burst
  for (auto& [name, entry] : families_) {
    if (!entry.differs) continue;
    if (is_sent_in_part_) {
      for (auto& one : missing(entry.current, entry.sent)) entry.sent.push_back(std::move(one));
    }
    entry.current = Held();
    entry.differs = false;
  }
  is_sent_in_part_ = false;
  for (const FamilySnapshot& family : snapshot.families) begin(family);
}

void EndedSeries::begin(const FamilySnapshot& family) {
  FamilyEntry& entry = families_[family.family->name];
  if (entry.family && !is_same(*entry.family, *family.family)) entry.sent.clear();
  entry.family = family.family;
  if (entry.sent == family.series) return;  // the usual case
  for (auto& one : missing(entry.sent, family.series)) {
    ended_.push_back({family.family, std::move(one)});
  }
  entry.current = Held(family.series);  // not assigned: that would keep the room of a burst
  entry.differs = true;
}

void EndedSeries::done() {
  for (auto& [name, entry] : families_) {
    if (!entry.differs) continue;
    entry.sent = std::exchange(entry.current, {});
    entry.differs = false;
  }
  ended_ = std::vector<One>();
  is_sent_in_part_ = false;
}

}  // namespace bpfpush
