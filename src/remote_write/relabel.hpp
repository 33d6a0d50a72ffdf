#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace bpfpush {

// A rule of Prometheus's relabelling, with its defaults.
struct RelabelRule {
  std::vector<std::string> source_labels;  // whose values, joined by `separator`, are the input
  std::string separator = ";";
  std::string regex = "(.*)";  // RE2's syntax; it has to match all of the input
  std::uint64_t modulus = 0;   // of hashmod
  std::string target_label;
  std::string replacement = "$1";
  // replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase
  // or uppercase
  std::string action = "replace";
};

// Names and values of one series, `__name__` among them. A label without value is none, and never
// there.
using LabelMap = std::map<std::string, std::string, std::less<>>;

// Rules that are ready to be applied, one after another.
class Relabeling {
 public:
  Relabeling();  // no rules

  // kInvalidConfig with the rule's number and what is wrong with it.
  static Result<Relabeling> create(const std::vector<RelabelRule>& rules);

  bool empty() const { return steps_->empty(); }

  // May what they do depend on the value of this label, or change it? Taking it away is no change.
  bool touches(const std::string& name) const;

  // False if the rules drop the series: its labels are of no use then.
  bool apply(LabelMap& labels) const;

 private:
  class Step;

  std::shared_ptr<const std::vector<Step>> steps_;
};

// `pattern` as Go's regexp.Expand has it: $name and ${name} are the groups that `group` knows by
// name or number, as long as the name goes, and $$ is a $. What `group` does not know is empty.
std::string expand_groups(const std::string& pattern,
                          const std::function<std::string(const std::string&)>& group);

}  // namespace bpfpush
