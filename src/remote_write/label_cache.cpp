#include "remote_write/label_cache.hpp"

#include <limits>
#include <map>
#include <utility>

#include "base/check.hpp"
#include "base/number.hpp"
#include "remote_write/wire.hpp"

namespace bpfpush {
namespace {

constexpr std::string_view kNameLabel = "__name__";
constexpr std::string_view kLeLabel = "le";

void append_label(std::string& bytes, std::string_view name, std::string_view value) {
  const std::size_t size =
      wire::bytes_field_size(name.size()) + wire::bytes_field_size(value.size());
  const std::size_t begin = bytes.size();
  bytes.resize(begin + wire::bytes_field_size(size));
  char* at = wire::put_bytes_header(bytes.data() + begin, 1, size);  // TimeSeries.labels
  at = wire::put_string(at, 1, name);                                // Label.name
  at = wire::put_string(at, 2, value);                               // Label.value
  CHECK(at == bytes.data() + bytes.size());
}

std::string name_label(const Family& family, std::string_view suffix) {
  std::string bytes;
  append_label(bytes, kNameLabel, family.name + std::string(suffix));
  return bytes;
}

// Sorted as remote write wants it: std::string_view compares as unsigned bytes.
using SortedLabels = std::map<std::string_view, std::string_view>;

SortedLabels sort_labels(const Family& family, const Series& series,
                         const std::vector<Label>& external) {
  SortedLabels labels;
  const auto add = [&](std::string_view name, std::string_view value) {
    const bool is_set_by_family =
        name == kNameLabel || (name == kLeLabel && family.type == MetricType::kHistogram);
    if (!name.empty() && !value.empty() && !is_set_by_family) labels.emplace(name, value);
  };
  CHECK(series.label_values.size() == family.label_names.size());
  for (std::size_t i = 0; i < family.label_names.size(); ++i) {
    add(family.label_names[i], series.label_values[i]);
  }
  for (const Label& label : external) add(label.name, label.value);
  return labels;
}

}  // namespace

SeriesLabels::SeriesLabels(const Family& family, const Series& series,
                           const std::vector<Label>& external) {
  for (const auto& [name, value] : sort_labels(family, series, external)) {
    append_label(bytes_, name, value);
    if (name < kNameLabel) name_at_ = static_cast<std::uint32_t>(bytes_.size());
    if (name < kLeLabel) le_at_ = static_cast<std::uint32_t>(bytes_.size());
  }
  CHECK(bytes_.size() <= std::numeric_limits<std::uint32_t>::max());
  bytes_.shrink_to_fit();
}

FamilyLabels::FamilyLabels(const Family& family, const std::vector<Label>& external)
    : family_(family), external_(external), name_(name_label(family, "")) {
  if (family.type != MetricType::kHistogram) return;
  bucket_name_ = name_label(family, "_bucket");
  sum_name_ = name_label(family, "_sum");
  count_name_ = name_label(family, "_count");
  le_begins_.reserve(family.bounds.size() + 2);
  for (const double bound : family.bounds) {
    le_begins_.push_back(static_cast<std::uint32_t>(le_bytes_.size()));
    append_label(le_bytes_, kLeLabel, format_number(bound));
  }
  le_begins_.push_back(static_cast<std::uint32_t>(le_bytes_.size()));
  append_label(le_bytes_, kLeLabel, "+Inf");
  le_begins_.push_back(static_cast<std::uint32_t>(le_bytes_.size()));
}

const SeriesLabels& FamilyLabels::of(const std::shared_ptr<const Series>& series) {
  auto found = series_.find(series);
  if (found == series_.end()) {
    Entry entry{SeriesLabels(family_, *series, external_), pass_ - 1};
    found = series_.emplace(series, std::move(entry)).first;
  }
  Entry& entry = found->second;
  if (entry.pass != pass_) in_use_ += 1;
  entry.pass = pass_;
  return entry.labels;
}

void FamilyLabels::begin_pass() {
  if (in_use_ < series_.size()) {
    std::erase_if(series_, [this](const auto& one) { return one.second.pass != pass_; });
    // Erasing keeps the table of a burst of series for ever; rehash(0) fits it to what is left.
    if (series_.size() < series_.bucket_count() / 4) series_.rehash(0);
  }
  in_use_ = 0;
  pass_ += 1;
}

LabelCache::LabelCache(std::vector<Label> external_labels)
    : external_(std::move(external_labels)) {}

void LabelCache::begin_pass() {
  std::erase_if(families_, [](const auto& one) { return !one.second.is_in_use(); });
  for (auto& [family, labels] : families_) labels.begin_pass();
}

FamilyLabels& LabelCache::of(const std::shared_ptr<const Family>& family) {
  const auto found = families_.find(family);
  if (found != families_.end()) return found->second;
  return families_.try_emplace(family, *family, external_).first->second;
}

}  // namespace bpfpush
