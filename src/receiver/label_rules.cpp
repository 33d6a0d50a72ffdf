#include <algorithm>

#include "receiver/classic_histogram.hpp"
#include "receiver/rules.hpp"
#include "receiver/series_text.hpp"

namespace bpfpush::conformance {
namespace {

constexpr std::string_view kNameLabel = "__name__";
constexpr std::string_view kLabels = "RW 1.0, Labels; RW 2.0, Series Labels";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// [a-zA-Z_]([a-zA-Z0-9_])*, and colons as well in a metric's name.
bool is_plain_name(std::string_view name, bool colons) {
  const auto fits = [colons](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || (colons && c == ':');
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

// The fault of the first label that `is_wrong`: its name, quoted, and `text`.
template <typename IsWrong>
Fault first_wrong(const SeriesSubject& subject, const IsWrong& is_wrong, std::string_view text) {
  const auto& labels = subject.series.labels;
  const auto wrong = std::find_if(labels.begin(), labels.end(), is_wrong);
  if (wrong == labels.end()) return std::nullopt;
  return quote(wrong->name) + std::string(text);
}

Fault metric_name_fault(const SeriesSubject& subject) {
  const std::string_view* name = find_label(subject.series, kNameLabel);
  if (name == nullptr || is_plain_name(*name, true)) return std::nullopt;
  return quote(*name) + " does not match [a-zA-Z_:]([a-zA-Z0-9_:])*";
}

Fault name_missing_fault(const SeriesSubject& subject) {
  if (find_label(subject.series, kNameLabel) != nullptr) return std::nullopt;
  return subject.series.labels.empty() ? "there are no labels" : "there is no label __name__";
}

Fault label_names_fault(const SeriesSubject& subject) {
  const auto is_wrong = [](const LabelView& label) {
    return !label.name.empty() && !is_plain_name(label.name, false);
  };
  return first_wrong(subject, is_wrong, " does not match [a-zA-Z_]([a-zA-Z0-9_])*");
}

Fault empty_name_fault(const SeriesSubject& subject) {
  const auto is_wrong = [](const LabelView& label) { return label.name.empty(); };
  return first_wrong(subject, is_wrong, " is the name of a label");
}

Fault empty_value_fault(const SeriesSubject& subject) {
  const auto is_wrong = [](const LabelView& label) { return label.value.empty(); };
  return first_wrong(subject, is_wrong, " has an empty value: leave the label out");
}

Fault reserved_fault(const SeriesSubject& subject) {
  const auto is_wrong = [](const LabelView& label) {
    return label.name.starts_with("__") && label.name != kNameLabel;
  };
  return first_wrong(subject, is_wrong, " begins with \"__\"");
}

Fault order_fault(const SeriesSubject& subject) {
  const auto& labels = subject.series.labels;
  const auto fall =
      std::adjacent_find(labels.begin(), labels.end(),
                         [](const LabelView& a, const LabelView& b) { return a.name > b.name; });
  if (fall == labels.end()) return std::nullopt;
  return quote((fall + 1)->name) + " stands after " + quote(fall->name);
}

Fault repeated_fault(const SeriesSubject& subject) {
  std::vector<std::string_view> names;
  names.reserve(subject.series.labels.size());
  for (const LabelView& label : subject.series.labels) names.push_back(label.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return std::nullopt;
  return quote(*twice) + " occurs more than once";
}

Fault bound_fault(const SeriesSubject& subject) {
  const std::string_view* name = find_label(subject.series, kNameLabel);
  const std::string_view* le = find_label(subject.series, "le");
  if (name == nullptr || !name->ends_with("_bucket")) return std::nullopt;
  if (le == nullptr || le->empty() || parse_le(*le)) return std::nullopt;
  return "le is " + quote(*le) + ", which is no number";
}

constexpr Check<SeriesSubject> kChecks[] = {
    {{"metric_name_present", Level::kShould, Level::kShould, kLabels,
      "A series has a label __name__", Effect::kDropped},
     name_missing_fault},
    {{"metric_name", Level::kMust, Level::kShould, kLabels,
      "A metric's name matches [a-zA-Z_:]([a-zA-Z0-9_:])*"},
     metric_name_fault},
    {{"label_names", Level::kMust, Level::kShould, kLabels,
      "A label's name matches [a-zA-Z_]([a-zA-Z0-9_])*"},
     label_names_fault},
    {{"label_names_not_empty", Level::kMust, Level::kMust, kLabels, "No label's name is empty",
      Effect::kDropped},
     empty_name_fault},
    {{"label_values_not_empty", Level::kMust, Level::kMust, kLabels, "No label's value is empty"},
     empty_value_fault},
    {{"labels_not_reserved", Level::kShould, Level::kShould, kLabels,
      "No label but __name__ begins with \"__\""},
     reserved_fault},
    {{"labels_sorted", Level::kMust, Level::kMust, kLabels,
      "Labels are sorted by name, byte by byte"},
     order_fault},
    {{"labels_unique", Level::kMust, Level::kMust, kLabels, "No label's name occurs twice",
      Effect::kDropped},
     repeated_fault},
    {{"classic_le", Level::kMust, Level::kMust, "OpenMetrics, Histogram",
      "The label le of a bucket is a number"},
     bound_fault},
};

}  // namespace

std::span<const Check<SeriesSubject>> label_rules() {
  return kChecks;
}

}  // namespace bpfpush::conformance
