#include "receiver/store.hpp"

#include <algorithm>
#include <bit>

namespace bpfpush {
namespace {

constexpr std::uint64_t kStaleBits = 0x7ff0000000000002;

struct NamedSeries {
  std::string metric;
  Labels labels;
};

NamedSeries take_name(Labels labels) {
  NamedSeries series;
  std::sort(labels.begin(), labels.end());
  for (auto& [name, value] : labels) {
    if (name == "__name__") {
      series.metric = std::move(value);
    } else {
      series.labels.emplace_back(std::move(name), std::move(value));
    }
  }
  return series;
}

// Null if it is not there.
template <typename Kept>
auto find_kept(const Kept& kept, Labels labels) -> const typename Kept::mapped_type::mapped_type* {
  const NamedSeries series = take_name(std::move(labels));
  const auto metric = kept.find(series.metric);
  if (metric == kept.end()) return nullptr;
  const auto held = metric->second.find(series.labels);
  return held == metric->second.end() ? nullptr : &held->second;
}

}  // namespace

bool is_stale(const Sample& sample) {
  return std::bit_cast<std::uint64_t>(sample.value) == kStaleBits;
}

bool is_stale(const ReceivedHistogram& histogram) {
  return std::bit_cast<std::uint64_t>(histogram.sum) == kStaleBits;
}

template <typename Value>
void Store::keep(Kept<Value>& kept, Labels labels, Value value) {
  NamedSeries series = take_name(std::move(labels));
  auto metric = kept.find(series.metric);
  const bool known = metric != kept.end() && metric->second.contains(series.labels);
  if (!known && series_count_ == series_max_) {
    samples_dropped_ += 1;
    return;
  }
  if (metric == kept.end()) metric = kept.try_emplace(std::move(series.metric)).first;
  const auto [held, added] = metric->second.try_emplace(std::move(series.labels), value);
  if (added) {
    series_count_ += 1;
  } else if (value.timestamp > held->second.timestamp) {
    held->second = std::move(value);
  } else if (value.timestamp < held->second.timestamp) {
    samples_ignored_ += 1;
  }
}

void Store::add(Labels labels, Sample sample) {
  keep(metrics_, std::move(labels), sample);
}

void Store::add_native(Labels labels, ReceivedHistogram histogram) {
  keep(natives_, std::move(labels), std::move(histogram));
}

void Store::describe(const std::string& family, FamilyInfo info) {
  if (families_.size() == series_max_ && !families_.contains(family)) return;
  families_.insert_or_assign(family, std::move(info));
}

const Sample* Store::find(Labels labels) const {
  return find_kept(metrics_, std::move(labels));
}

const ReceivedHistogram* Store::find_native(Labels labels) const {
  return find_kept(natives_, std::move(labels));
}

}  // namespace bpfpush
