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

}  // namespace

bool is_stale(const Sample& sample) {
  return std::bit_cast<std::uint64_t>(sample.value) == kStaleBits;
}

void Store::add(Labels labels, Sample sample) {
  NamedSeries series = take_name(std::move(labels));
  auto metric = metrics_.find(series.metric);
  const bool known = metric != metrics_.end() && metric->second.contains(series.labels);
  if (!known && series_count_ == series_max_) {
    samples_dropped_ += 1;
    return;
  }
  if (metric == metrics_.end()) metric = metrics_.try_emplace(std::move(series.metric)).first;
  const auto [held, added] = metric->second.try_emplace(std::move(series.labels), sample);
  if (added) {
    series_count_ += 1;
  } else if (sample.timestamp > held->second.timestamp) {
    held->second = sample;
  } else if (sample.timestamp < held->second.timestamp) {
    samples_ignored_ += 1;
  }
}

void Store::describe(const std::string& family, FamilyInfo info) {
  if (families_.size() == series_max_ && !families_.contains(family)) return;
  families_.insert_or_assign(family, std::move(info));
}

const Sample* Store::find(Labels labels) const {
  const NamedSeries series = take_name(std::move(labels));
  const auto metric = metrics_.find(series.metric);
  if (metric == metrics_.end()) return nullptr;
  const auto held = metric->second.find(series.labels);
  return held == metric->second.end() ? nullptr : &held->second;
}

}  // namespace bpfpush
