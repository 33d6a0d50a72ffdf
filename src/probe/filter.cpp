#include "probe/filter.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "filter.h"

namespace bpfpush {
namespace {

constexpr std::string_view kLabelSuffix = "_only";

template <typename T>
void store(const T& value, std::span<std::byte> variable) {
  std::memcpy(variable.data(), &value, sizeof value);
}

std::string filtered_labels(const Rodata& rodata) {
  std::string labels;
  for (const std::string& name : rodata.names()) {
    if (!name.ends_with(kLabelSuffix)) continue;
    if (!labels.empty()) labels += ", ";
    labels += name.substr(0, name.size() - kLabelSuffix.size());
  }
  return labels.empty() ? "none" : labels;
}

Result<void> set_cgroup(Rodata& rodata, const CgroupFilter& filter) {
  bool found = false;
  for (const auto& [name, place] :
       {std::pair{"cgroup_filter", &filter.tasks}, std::pair{"io_cgroup_filter", &filter.io}}) {
    const auto variable = rodata.variable(name);
    if (variable.size() != sizeof(cgroup_filter)) continue;
    if (!*place) return place->error();
    const std::uint32_t level = (*place)->level.value_or(FILTER_LEVEL_UNKNOWN);
    store(cgroup_filter{(*place)->id, level}, variable);
    found = true;
  }
  if (!found) return Error(Errc::kNotFound, "the program cannot be filtered by cgroup");
  return {};
}

template <typename Filter>
Result<void> set_texts(const std::vector<std::string>& values, std::span<std::byte> variable) {
  Filter filter{};
  constexpr std::size_t kSize = sizeof filter.values[0];
  for (const std::string& value : values) {
    if (value.size() >= kSize) {
      return Error(Errc::kInvalidConfig, "\"" + value + "\" is longer than the " +
                                             std::to_string(kSize - 1) +
                                             " bytes that are kept of it");
    }
    std::memcpy(filter.values[filter.count++], value.data(), value.size());
  }
  store(filter, variable);
  return {};
}

Result<void> set_numbers(const KeyField& field, const FilterOptions& options,
                         const std::vector<std::string>& values, std::span<std::byte> variable) {
  number_filter filter{};
  for (const std::string& value : values) {
    const auto number = options.number_of_label(field, value);
    if (!number) return number.error();
    filter.values[filter.count++] = *number;
  }
  store(filter, variable);
  return {};
}

Result<void> set_label(Rodata& rodata, const std::vector<KeyField>& fields,
                       const FilterOptions& options, const std::string& label) {
  const auto variable = rodata.variable(label + std::string(kLabelSuffix));
  const std::vector<std::string>& values = options.only.at(label);
  if (variable.empty()) {
    return Error(Errc::kNotFound,
                 "the program cannot be filtered by this label; those it can are " +
                     filtered_labels(rodata));
  }
  if (values.size() > FILTER_VALUES_MAX) {
    return Error(Errc::kInvalidConfig, std::to_string(values.size()) + " values are too many; " +
                                           std::to_string(FILTER_VALUES_MAX) + " at most");
  }
  if (variable.size() == sizeof(text_filter)) return set_texts<text_filter>(values, variable);
  if (variable.size() == sizeof(long_text_filter)) {
    return set_texts<long_text_filter>(values, variable);
  }
  if (variable.size() != sizeof(number_filter)) {
    return Error(Errc::kMalformed,
                 "its filter is of another version of filter.h; rebuild the object");
  }
  const auto named = [&](const KeyField& field) { return field.name == label; };
  const auto field = std::find_if(fields.begin(), fields.end(), named);
  return set_numbers(field == fields.end() ? KeyField{.name = label} : *field, options, values,
                     variable);
}

}  // namespace

std::vector<Error> set_filters(Rodata& rodata, const std::vector<KeyField>& fields,
                               const FilterOptions& options) {
  std::vector<Error> faults;
  if (options.cgroup) {
    const Result<void> set = set_cgroup(rodata, *options.cgroup);
    if (!set) faults.emplace_back(set.error().code, "cgroup: " + set.error().message());
  }
  for (const auto& [label, values] : options.only) {
    const Result<void> set = set_label(rodata, fields, options, label);
    if (!set)
      faults.emplace_back(set.error().code, "only: " + label + ": " + set.error().message());
  }
  return faults;
}

}  // namespace bpfpush
