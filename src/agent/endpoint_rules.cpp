#include "agent/endpoint_rules.hpp"

#include <limits>
#include <vector>

namespace bpfpush {
namespace {

// 0 is Prometheus's word for no limit.
std::size_t limit_of(std::size_t given) {
  return given == 0 ? std::numeric_limits<std::size_t>::max() : given;
}

}  // namespace

Result<SeriesRules> to_series_rules(const RemoteWriteConfig& endpoint) {
  std::vector<RelabelRule> rules;
  for (const RelabelConfig& one : endpoint.write_relabel) {
    rules.push_back({one.source_labels, one.separator, one.regex, one.modulus, one.target_label,
                     one.replacement, one.action});
  }
  const auto relabeling = Relabeling::create(rules);
  if (!relabeling) return relabeling.error();
  SeriesRules series;
  series.relabeling = *relabeling;
  series.limits = {limit_of(endpoint.label_limit), limit_of(endpoint.label_value_length_limit)};
  return series;
}

}  // namespace bpfpush
