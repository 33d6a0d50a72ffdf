#include "remote_write/wire_series.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "base/number.hpp"
#include "base/utf8.hpp"
#include "remote_write/label_name.hpp"

namespace bpfpush {
namespace {

constexpr const char* kName = "__name__";
constexpr const char* kLe = "le";

std::string_view suffix(RowPart part) {
  switch (part) {
    case RowPart::kBucket:
      return "_bucket";
    case RowPart::kSum:
      return "_sum";
    case RowPart::kCount:
      return "_count";
    case RowPart::kWhole:
      break;
  }
  return "";
}

std::string le_of(const Family& family, std::size_t bucket) {
  return bucket < family.bounds.size() ? format_number(family.bounds[bucket]) : "+Inf";
}

// As they are before the rules, without the labels that the family sets.
LabelMap labels_of(const Family& family, const Series& series, const SeriesRules& rules) {
  CHECK(series.label_values.size() == family.label_names.size());
  LabelMap labels;
  for (std::size_t i = 0; i < family.label_names.size(); ++i) {
    if (!series.label_values[i].empty()) {
      labels.emplace(family.label_names[i], series.label_values[i]);
    }
  }
  for (const Label& label : rules.external_labels) {
    if (!label.value.empty()) labels.emplace(label.name, label.value);
  }
  labels.erase("");
  labels.erase(kName);
  if (family.type == MetricType::kHistogram) labels.erase(kLe);
  return labels;
}

// What the rules make of one series; nothing if they drop it.
using Ruled = std::pair<WireSeries, bool>;

Ruled rule(const Family& family, const LabelMap& labels, RowPart part, std::size_t bucket,
           const Relabeling& relabeling) {
  WireSeries one{part, bucket, labels};
  one.labels[kName] = family.name + std::string(suffix(part));
  if (part == RowPart::kBucket) one.labels[kLe] = le_of(family, bucket);
  const bool kept = relabeling.apply(one.labels);
  return {std::move(one), kept};
}

// All buckets fare alike where no rule touches `le`: then the first stands for all.
std::vector<Ruled> rule_parts(const Family& family, const LabelMap& labels,
                              const Relabeling& relabeling) {
  std::vector<Ruled> parts;
  const std::size_t buckets = relabeling.touches(kLe) ? family.bounds.size() + 1 : 1;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    parts.push_back(rule(family, labels, RowPart::kBucket, bucket, relabeling));
  }
  if (family.has_sum) parts.push_back(rule(family, labels, RowPart::kSum, 0, relabeling));
  parts.push_back(rule(family, labels, RowPart::kCount, 0, relabeling));
  return parts;
}

// The labels of the histogram that a series is a part of; nothing if it is none any more.
std::optional<LabelMap> histogram_of(const Family& family, const WireSeries& one) {
  LabelMap labels = one.labels;
  const auto name = labels.find(kName);
  const std::string_view end = suffix(one.part);
  if (name == labels.end() || !name->second.ends_with(end)) return std::nullopt;
  name->second.resize(name->second.size() - end.size());
  const auto le = labels.find(kLe);
  const bool has_le = le != labels.end() && le->second == le_of(family, one.bucket);
  if (one.part == RowPart::kBucket && !has_le) return std::nullopt;
  if (one.part != RowPart::kBucket && le != labels.end()) return std::nullopt;
  if (has_le) labels.erase(le);
  return labels;
}

std::optional<LabelMap> whole_of(const Family& family, const std::vector<Ruled>& parts) {
  std::optional<LabelMap> whole;
  for (const auto& [one, kept] : parts) {
    if (!kept) return std::nullopt;
    std::optional<LabelMap> labels = histogram_of(family, one);
    if (!labels || (whole && *whole != *labels)) return std::nullopt;
    whole = std::move(labels);
  }
  return whole;
}

// Puts the buckets behind the first that it stood for in the place of that one.
void spread_buckets(const Family& family, std::vector<Ruled>& parts) {
  if (parts.size() > 1 && parts[1].first.part == RowPart::kBucket) return;
  std::vector<Ruled> others;
  for (std::size_t bucket = 1; bucket <= family.bounds.size(); ++bucket) {
    Ruled other = parts.front();
    other.first.bucket = bucket;
    const auto le = other.first.labels.find(kLe);
    if (le != other.first.labels.end()) le->second = le_of(family, bucket);
    others.push_back(std::move(other));
  }
  parts.insert(parts.begin() + 1, others.begin(), others.end());
}

std::optional<Unsent> fault_of(const LabelMap& labels, std::size_t labels_max) {
  const auto name = labels.find(kName);
  if (name == labels.end() || !is_metric_name(name->second)) return Unsent::kInvalidName;
  const bool named_well = std::all_of(labels.begin(), labels.end(),
                                      [](const auto& label) { return is_label_name(label.first); });
  if (!named_well) return Unsent::kInvalidName;
  if (labels.size() > labels_max) return Unsent::kTooManyLabels;
  return std::nullopt;
}

// Adds a series that stands for so many on the wire, if it may be sent.
void add(WireShape& shape, WireSeries one, std::size_t count, const SeriesRules& rules,
         std::size_t labels_max) {
  if (const auto fault = fault_of(one.labels, labels_max)) {
    shape.unsent[static_cast<std::size_t>(*fault)] += count;
    return;
  }
  for (auto& [name, value] : one.labels) {
    if (!is_utf8(value)) value = to_valid_utf8(value);
    if (name == kName || value.size() <= rules.limits.value_bytes_max) continue;
    value = utf8_prefix(value, rules.limits.value_bytes_max);
    shape.cut_values += 1;
  }
  shape.series.push_back(std::move(one));
}

}  // namespace

const char* name_of(Unsent reason) {
  constexpr std::array<const char*, kUnsentReasons> kNames = {"rule", "duplicate", "conflict",
                                                              "invalid_name", "too_many_labels"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::size_t wire_count(const Family& family, const SeriesRules& rules) {
  if (family.type != MetricType::kHistogram || !rules.classic) return 1;
  return family.bounds.size() + (family.has_sum ? 3 : 2);
}

WireShape shape_series(const Family& family, const Series& series, const SeriesRules& rules) {
  WireShape shape;
  const auto drop = [&shape](std::size_t count) {
    shape.unsent[static_cast<std::size_t>(Unsent::kRule)] += count;
  };
  const LabelMap labels = labels_of(family, series, rules);
  const std::size_t count = wire_count(family, rules);
  const std::size_t labels_max = rules.limits.labels_max;
  if (count == 1 || rules.relabeling.empty()) {
    auto [one, kept] = rule(family, labels, RowPart::kWhole, 0, rules.relabeling);
    if (!kept) {
      drop(count);
    } else {
      add(shape, std::move(one), count, rules, labels_max - (count > 1 ? 1 : 0));
    }
    return shape;
  }
  std::vector<Ruled> parts = rule_parts(family, labels, rules.relabeling);
  if (auto whole = whole_of(family, parts)) {
    add(shape, {RowPart::kWhole, 0, std::move(*whole)}, count, rules, labels_max - 1);
    return shape;
  }
  spread_buckets(family, parts);
  for (auto& [one, kept] : parts) {
    if (!kept) {
      drop(1);
    } else {
      add(shape, std::move(one), 1, rules, labels_max);
    }
  }
  return shape;
}

}  // namespace bpfpush
