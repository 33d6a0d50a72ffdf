#include "sim/kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <utility>

namespace bpfpush::sim {
namespace {

void add_to(Row& total, const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) total[i] += row[i];
}

std::uint64_t count_of(const Row& row) {
  return std::accumulate(row.begin() + 1, row.end(), std::uint64_t{0});
}

}  // namespace

class SimMap::Source final : public MetricSource {
 public:
  explicit Source(SimMap& map) : map_(map) {}
  Result<void> read(MapRows& rows) override { return map_.read(rows); }
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t> row) override {
    std::copy(map_.overflow_.begin(), map_.overflow_.end(), row.begin());
    return count_of(map_.overflow_);
  }

 private:
  SimMap& map_;
};

SimMap::SimMap(Options options, Dice& dice, Truth& truth)
    : options_(std::move(options)), dice_(dice), truth_(truth), overflow_(zeros()) {}

std::string SimMap::series(std::uint64_t key) const {
  return options_.name + "/" + std::to_string(key);
}

CollectedMetric SimMap::metric() {
  CollectedMetric metric;
  metric.object = "simulated";
  metric.map = metric.family.name = options_.name;
  metric.family.type = MetricType::kHistogram;
  for (std::size_t i = 0; i < options_.bounds; ++i) {
    metric.family.bounds.push_back(static_cast<double>(std::uint64_t{1} << i));
  }
  metric.key = {.key_size = 4, .fields = {{.name = "key", .size = 4}}};
  metric.capacity = options_.capacity;
  metric.source = std::make_unique<Source>(*this);
  return metric;
}

void SimMap::begin_life() {
  if (!options_.outlives) begin_boot();
}

void SimMap::begin_boot() {
  epoch_ += 1;
  entries_.clear();
  gone_counts_.clear();
  overflow_ = zeros();
  seen_.clear();
}

void SimMap::act() {
  if (options_.churns) churn();
  for (std::uint64_t i = dice_.below(4); i > 0; --i) observe(dice_.below(options_.keys));
}

void SimMap::observe(std::uint64_t key) {
  const std::uint64_t value = dice_.below(1u << (options_.bounds + 1));
  std::size_t bucket = 0;
  while (bucket < options_.bounds && value > std::uint64_t{1} << bucket) ++bucket;
  // That an entry went and came back between two reads shows only as long as it counted less than
  // the one before.
  const auto gone = gone_counts_.find(key);
  const std::uint64_t allowed = gone == gone_counts_.end() ? UINT64_MAX : gone->second;
  if (!entries_.contains(key) && allowed == 1) return;
  if (!entries_.contains(key) && entries_.size() == options_.capacity) {
    if (!options_.evicts) {
      overflow_[0] += value;
      overflow_[1 + bucket] += 1;
      return;
    }
    evict();
  }
  const auto [place, is_new] = entries_.try_emplace(key);
  Entry& entry = place->second;
  if (is_new) entry = {zeros(), zeros(), allowed};
  entry.used = ++tick_;
  for (std::uint64_t i = 1 + dice_.below(3); i > 0 && entry.allowed > 1; --i) {
    entry.allowed -= 1;
    for (Row* row : {&entry.row, &entry.unread}) {
      (*row)[0] += value;
      (*row)[1 + bucket] += 1;
    }
  }
}

void SimMap::evict() {
  const auto older = [](const auto& a, const auto& b) { return a.second.used < b.second.used; };
  erase(std::min_element(entries_.begin(), entries_.end(), older)->first);
}

void SimMap::erase(std::uint64_t key) {
  const Entry& entry = entries_.at(key);
  const std::uint64_t read = count_of(entry.row) - count_of(entry.unread);
  if (read > 0) gone_counts_[key] = read;
  entries_.erase(key);
}

// As many series stay as the agent's table of those that went has no room for.
void SimMap::churn() {
  if (entries_.empty()) return;
  const std::size_t least = options_.keys - std::min(options_.keys, options_.capacity);
  if (dice_.chance(0.1) && entries_.size() > least) {
    erase(std::next(entries_.begin(), static_cast<std::ptrdiff_t>(dice_.below(entries_.size())))
              ->first);
  }
  if (least == 0 && dice_.chance(0.02)) {  // the map is made anew
    while (!entries_.empty()) erase(entries_.begin()->first);
  }
}

Result<void> SimMap::read(MapRows& rows) {
  act();
  rows.key_size = 4;
  rows.row_size = options_.bounds + 2;
  rows.keys.clear();
  rows.values.clear();
  if (options_.fails && dice_.chance(0.05)) {
    for (const auto& [name, row] : seen_) truth_.saw(name, epoch_, std::nullopt);
    return system_error(EIO, options_.name);
  }
  for (auto& [key, entry] : entries_) {
    const auto number = static_cast<std::uint32_t>(key);
    const auto* const bytes = reinterpret_cast<const std::byte*>(&number);
    rows.keys.insert(rows.keys.end(), bytes, bytes + sizeof number);
    rows.values.insert(rows.values.end(), entry.row.begin(), entry.row.end());
    add_to(seen_.try_emplace(series(key), zeros()).first->second, entry.unread);
    entry.unread = zeros();
    entry.allowed = UINT64_MAX;
  }
  gone_counts_.clear();
  note_all();
  return {};
}

void SimMap::note_all() {
  const std::string other = options_.name + "/other";
  if (count_of(overflow_) > 0) seen_[other] = overflow_;
  for (std::uint64_t key = 0; key < options_.keys; ++key) {
    const auto entry = entries_.find(key);
    const bool is_there = entry != entries_.end() && count_of(entry->second.row) > 0;
    const std::string name = series(key);
    truth_.saw(name, epoch_, is_there ? std::optional(seen_.at(name)) : std::nullopt);
  }
  const auto overflow = seen_.find(other);
  truth_.saw(other, epoch_,
             overflow != seen_.end() ? std::optional(overflow->second) : std::nullopt);
}

std::map<std::string, std::uint64_t> SimMap::counts() const {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [name, row] : seen_) counts[name] = count_of(row);
  for (const auto& [key, entry] : entries_) counts[series(key)] += count_of(entry.unread);
  if (count_of(overflow_) > 0) counts[options_.name + "/other"] = count_of(overflow_);
  return counts;
}

}  // namespace bpfpush::sim
