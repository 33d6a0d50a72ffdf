#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "remote_write/label.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

inline constexpr std::string_view kNameLabel = "__name__";
inline constexpr std::string_view kLeLabel = "le";

// What goes into the labels of an endpoint's series besides their own.
struct LabelOptions {
  // Added to every series that has no such label itself; `__name__`, and `le` of a histogram, it
  // always has.
  std::vector<Label> external_labels = {};
};

// Names and values, sorted as remote write wants it: std::string_view compares as unsigned bytes.
using LabelSet = std::map<std::string_view, std::string_view>;

// The labels of one label set other than `__name__` and a histogram's `le`, which the family sets.
// Of two labels with one name a series' own comes before an external one. Labels without name or
// value are left out. The result refers to its arguments.
LabelSet label_set(const Family& family, const Series& series, const LabelOptions& options);

}  // namespace bpfpush
