#include "receiver/rules.hpp"

namespace bpfpush::conformance {
namespace {

template <typename Checks>
void append(std::vector<const Rule*>& rules, const Checks& checks) {
  for (const auto& check : checks) rules.push_back(&check.rule);
}

}  // namespace

std::vector<const Rule*> all_rules() {
  std::vector<const Rule*> rules;
  append(rules, header_rules());
  append(rules, body_rules());
  append(rules, message_rules());
  append(rules, reference_rules());
  append(rules, label_rules());
  append(rules, sample_rules());
  append(rules, time_rules());
  append(rules, metadata_rules());
  append(rules, native_rules());
  append(rules, custom_bounds_rules());
  append(rules, classic_rules());
  append(rules, classic_past_rules());
  return rules;
}

}  // namespace bpfpush::conformance
