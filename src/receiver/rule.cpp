#include "receiver/rule.hpp"

#include <algorithm>

namespace bpfpush::conformance {

std::string_view to_string(Level level) {
  return level == Level::kMust ? "MUST" : "SHOULD";
}

void Findings::ignore(const std::vector<std::string>& names) {
  std::erase_if(all_, [&names](const Finding& finding) {
    return std::find(names.begin(), names.end(), finding.rule->name) != names.end();
  });
}

Finding* Findings::find(const Rule& rule) {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&rule](const Finding& known) { return known.rule == &rule; });
  return found == all_.end() ? nullptr : &*found;
}

}  // namespace bpfpush::conformance
