#include "remote_write/label_set.hpp"

#include <cstddef>

#include "base/check.hpp"

namespace bpfpush {

LabelSet label_set(const Family& family, const Series& series, const LabelOptions& options) {
  LabelSet labels;
  const auto add = [&](std::string_view name, std::string_view value) {
    const bool is_set_by_family =
        name == kNameLabel || (name == kLeLabel && family.type == MetricType::kHistogram);
    if (!name.empty() && !value.empty() && !is_set_by_family) labels.emplace(name, value);
  };
  CHECK(series.label_values.size() == family.label_names.size());
  for (std::size_t i = 0; i < family.label_names.size(); ++i) {
    add(family.label_names[i], series.label_values[i]);
  }
  for (const Label& label : options.external_labels) add(label.name, label.value);
  return labels;
}

}  // namespace bpfpush
