#include "remote_write/snapshot_rules.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "base/check.hpp"

namespace bpfpush {
namespace {

constexpr const char* kName = "__name__";

std::size_t index_of(Unsent reason) {
  return static_cast<std::size_t>(reason);
}

// The series that one of the view is on the wire, by name and labels. Of a histogram that stayed
// whole, which has three names and many `le`, those of its names; `_bucket` without `le`, as no
// other series of that name may be there either.
std::vector<std::uint64_t> keys_of(const Family& family, const WireSeries& one) {
  std::string labels;
  for (const auto& [name, value] : one.labels) {
    if (name != kName) labels.append(name).append(1, '\0').append(value).append(1, '\0');
  }
  const std::string& name = one.labels.find(kName)->second;
  const auto key = [&labels](const std::string& wire_name) {
    return std::uint64_t{std::hash<std::string>()(wire_name + '\0' + labels)};
  };
  if (one.part != RowPart::kWhole || family.type != MetricType::kHistogram) return {key(name)};
  return {key(name), key(name + "_bucket"), key(name + "_sum"), key(name + "_count")};
}

// What a part of a histogram is by itself: a counter.
Family family_of_part(const Family& whole, RowPart part) {
  Family family = whole;
  family.type = MetricType::kCounter;
  family.bounds.clear();
  family.has_sum = true;
  if (part != RowPart::kSum) family.divisor = family.multiplier = 1;
  return family;
}

// May series of both stand in one family?
bool is_alike(const Family& a, const Family& b) {
  return a.type == b.type && a.bounds == b.bounds && a.divisor == b.divisor &&
         a.multiplier == b.multiplier && a.has_sum == b.has_sum;
}

std::uint64_t integer_of(RowPart part, std::size_t bucket, std::span<const std::uint64_t> row) {
  if (part == RowPart::kSum) return row[0];
  const std::size_t last = part == RowPart::kCount ? row.size() - 2 : bucket;
  std::uint64_t observations = 0;
  for (std::size_t i = 0; i <= last; ++i) observations += row[i + 1];
  return observations;
}

}  // namespace

SnapshotRules::SnapshotRules(SeriesRules rules) : rules_(std::move(rules)) {}

void SnapshotRules::set_classic(bool classic) {
  if (std::exchange(rules_.classic, classic) == classic) return;
  entries_.clear();
  keys_.clear();
  families_.clear();
}

const Snapshot& SnapshotRules::apply(const Snapshot& snapshot) {
  state_ = {};
  is_itself_ = rules_.relabeling.empty() && is_within_limits(snapshot);
  if (is_itself_) {
    view_ = {};
    return view_of(snapshot);
  }
  begin_pass();
  make_view(snapshot);
  while (std::exchange(labels_grew_, false)) {
    entries_.clear();
    keys_.clear();
    make_view(snapshot);
  }
  return view_;
}

bool SnapshotRules::is_within_limits(const Snapshot& snapshot) const {
  const auto fits = [this](const std::string& value) {
    return value.size() <= rules_.limits.value_bytes_max;
  };
  const auto external_fits = [&fits](const Label& label) { return fits(label.value); };
  const auto& external = rules_.external_labels;
  if (!std::all_of(external.begin(), external.end(), external_fits)) return false;
  const std::size_t added = rules_.external_labels.size() + 2;  // `__name__` and `le`
  return std::all_of(
      snapshot.families.begin(), snapshot.families.end(), [&](const FamilySnapshot& one) {
        const bool few = one.family->label_names.size() + added <= rules_.limits.labels_max;
        return few && std::all_of(one.series.begin(), one.series.end(), [&](const auto& series) {
                 const auto& values = series->label_values;
                 return std::all_of(values.begin(), values.end(), fits);
               });
      });
}

// Forgets what the last snapshot did not hold. What could not be sent beside it may be sent now.
void SnapshotRules::begin_pass() {
  bool forgot = false;
  for (auto& [family, entries] : entries_) {
    forgot |= std::erase_if(entries, [this](const auto& one) {
                if (one.second.pass == pass_) return false;
                forget(one.second);
                return true;
              }) > 0;
  }
  if (forgot) {
    for (auto& [family, entries] : entries_) {
      std::erase_if(entries, [this](const auto& one) {
        if (one.second.unsent[index_of(Unsent::kDuplicate)] == 0) return false;
        forget(one.second);
        return true;
      });
    }
  }
  std::erase_if(entries_, [](const auto& one) { return one.second.empty(); });
  if (forgot) forget_families();
  pass_ += 1;
}

// Those without series: the last view had them so, and ended what they had.
void SnapshotRules::forget_families() {
  for (auto& [name, out] : families_) out.is_used = false;
  for (const auto& [family, entries] : entries_) {
    for (const auto& [series, entry] : entries) {
      for (const OutSeries& one : entry.series) one.family->is_used = true;
    }
  }
  std::erase_if(families_, [](const auto& one) { return !one.second.is_used; });
}

void SnapshotRules::forget(const Entry& entry) {
  for (const std::uint64_t key : entry.keys) keys_.erase(key);
}

void SnapshotRules::make_view(const Snapshot& snapshot) {
  state_ = {};
  std::vector<const Entry*> used;
  for (const FamilySnapshot& one : snapshot.families) {
    Entries& entries = entries_[one.family];
    for (const auto& series : one.series) {
      auto found = entries.find(series);
      if (found == entries.end()) {
        found = entries.emplace(series, make_entry(*one.family, *series)).first;
      }
      found->second.pass = pass_;
      used.push_back(&found->second);
    }
  }
  if (labels_grew_) return;
  add_families(snapshot);
  std::size_t at = 0;
  for (const FamilySnapshot& one : snapshot.families) {
    for (std::size_t i = 0; i < one.series.size(); ++i) {
      add_series(*used[at++], *one.family, one.row(i));
    }
  }
}

// A family whose series are all gone is in the view without any, so that they end there; but not
// where the snapshot lacks all that it is made of, which ends nothing.
void SnapshotRules::add_families(const Snapshot& snapshot) {
  std::map<std::string, std::chrono::nanoseconds> sources;
  for (const FamilySnapshot& one : snapshot.families) {
    sources.emplace(one.family->name, one.counting_since);
  }
  view_ = {};
  view_.instant = snapshot.instant;
  for (auto& [name, out] : families_) {
    std::set<std::chrono::nanoseconds> since;
    for (const std::string& source : out.sources) {
      if (const auto found = sources.find(source); found != sources.end()) {
        since.insert(found->second);
      }
    }
    if (since.empty()) continue;
    out.index = view_.families.size();
    FamilySnapshot& one = view_.families.emplace_back();
    one.family = out.family;
    if (since.size() == 1) one.counting_since = *since.begin();  // else it is not one moment
  }
}

void SnapshotRules::add_series(const Entry& entry, const Family& family,
                               std::span<const std::uint64_t> row) {
  for (std::size_t i = 0; i < kUnsentReasons; ++i) state_.unsent[i] += entry.unsent[i];
  state_.cut_values += entry.cut_values;
  CHECK(row.size() == family.row_size());
  for (const OutSeries& one : entry.series) {
    const auto out = view_.families[one.family->index].append(one.series);
    if (one.part == RowPart::kWhole) {
      std::copy(row.begin(), row.end(), out.begin());
    } else {
      out[0] = integer_of(one.part, one.bucket, row);
    }
  }
}

SnapshotRules::Entry SnapshotRules::make_entry(const Family& family, const Series& series) {
  const WireShape shape = shape_series(family, series, rules_);
  Entry entry;
  entry.unsent = shape.unsent;
  entry.cut_values = shape.cut_values;
  for (const WireSeries& one : shape.series) {
    OutFamily* const out = find_family(family, one);
    const std::size_t count = one.part == RowPart::kWhole ? wire_count(family, rules_) : 1;
    if (out == nullptr) {
      entry.unsent[index_of(Unsent::kConflict)] += count;
    } else if (!claim(entry, family, one)) {
      entry.unsent[index_of(Unsent::kDuplicate)] += count;
    } else {
      auto laid_out = std::make_shared<Series>();
      for (const std::string& name : out->family->label_names) {
        const auto label = one.labels.find(name);
        laid_out->label_values.push_back(label == one.labels.end() ? "" : label->second);
      }
      entry.series.push_back({out, std::move(laid_out), one.part, one.bucket});
    }
  }
  return entry;
}

// False if one of its series is another's already.
bool SnapshotRules::claim(Entry& entry, const Family& family, const WireSeries& one) {
  const std::vector<std::uint64_t> keys = keys_of(family, one);
  const auto is_taken = [this](std::uint64_t key) { return keys_.contains(key); };
  if (std::any_of(keys.begin(), keys.end(), is_taken)) return false;
  keys_.insert(keys.begin(), keys.end());
  entry.keys.insert(entry.keys.end(), keys.begin(), keys.end());
  return true;
}

// Null if the name is that of a family that is otherwise.
SnapshotRules::OutFamily* SnapshotRules::find_family(const Family& family, const WireSeries& one) {
  const std::string& name = one.labels.find(kName)->second;
  Family wanted = one.part == RowPart::kWhole ? family : family_of_part(family, one.part);
  OutFamily& out = families_[name];
  if (out.family && !is_alike(*out.family, wanted)) return nullptr;
  out.sources.insert(family.name);
  bool grew = !out.family;
  for (const auto& [label, value] : one.labels) {
    if (label != kName) grew |= out.label_names.insert(label).second;
  }
  if (!grew) return &out;
  labels_grew_ |= out.family != nullptr;  // series of it may be laid out otherwise already
  wanted.name = name;
  wanted.label_names.assign(out.label_names.begin(), out.label_names.end());
  out.family = std::make_shared<const Family>(std::move(wanted));
  return &out;
}

}  // namespace bpfpush
