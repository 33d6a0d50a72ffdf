#include "config/read_relabel.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>

#include "config/names.hpp"

namespace bpfpush {
namespace {

const std::set<std::string_view> kNeedTarget = {"replace",   "hashmod",   "lowercase",
                                                "uppercase", "keepequal", "dropequal"};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// A name, or what may become one once groups are put into it.
bool may_be_label_name(std::string_view text) {
  if (text.find('$') == text.npos) return is_identifier(text);
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_identifier(std::string_view(&c, 1)) || (c >= '0' && c <= '9') || c == '$' ||
           c == '{' || c == '}';
  });
}

void read_source_labels(const MappingReader& reader, RelabelConfig& rule) {
  const auto list = reader.find("source_labels");
  if (!list) return;
  for (const ValueReader& item : list->items()) {
    const auto name = item.text();
    if (!name) continue;
    if (!is_identifier(*name)) item.fault(in_quotes(*name) + " is no label name");
    rule.source_labels.push_back(*name);
  }
}

void read_action(const MappingReader& reader, RelabelConfig& rule) {
  constexpr std::string_view kActions[] = {"replace",   "keep",      "drop",     "keepequal",
                                           "dropequal", "hashmod",   "labelmap", "labeldrop",
                                           "labelkeep", "lowercase", "uppercase"};
  std::string action = rule.action;
  reader.read_text("action", action);
  rule.action = lower(action);
  if (std::find(std::begin(kActions), std::end(kActions), rule.action) != std::end(kActions))
    return;
  reader.fault_at("action", in_quotes(action) +
                                " is none of replace, keep, drop, keepequal, dropequal, hashmod, "
                                "labelmap, labeldrop, labelkeep, lowercase, uppercase");
}

void check_regex(const MappingReader& reader, const RelabelConfig& rule) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 regex("^(?s:" + rule.regex + ")$", options);
  if (!regex.ok()) reader.fault_at("regex", "does not compile: " + regex.error());
}

void check_target(const MappingReader& reader, const RelabelConfig& rule) {
  const bool may_hold_groups = rule.action == "replace";
  if (kNeedTarget.contains(rule.action) && rule.target_label.empty()) {
    reader.fault("needs a target_label for the action " + rule.action);
  } else if (!rule.target_label.empty() && !(may_hold_groups ? may_be_label_name(rule.target_label)
                                                             : is_identifier(rule.target_label))) {
    reader.fault_at("target_label", in_quotes(rule.target_label) + " is no label name");
  }
  if (rule.action == "labelmap" && !may_be_label_name(rule.replacement)) {
    reader.fault_at("replacement", in_quotes(rule.replacement) + " is no label name");
  }
  if (rule.action == "hashmod" && rule.modulus == 0) {
    reader.fault("needs a modulus of at least 1 for the action hashmod");
  }
}

// What Prometheus takes as a mistake, too: keys that the action has no use for.
void check_unused(const MappingReader& reader, const RelabelConfig& rule) {
  std::vector<std::string_view> unused;
  if (rule.action == "labeldrop" || rule.action == "labelkeep") {
    unused = {"source_labels", "separator", "modulus", "target_label", "replacement"};
  } else if (rule.action == "keepequal" || rule.action == "dropequal") {
    unused = {"separator", "regex", "modulus", "replacement"};
  } else if (rule.action == "lowercase" || rule.action == "uppercase") {
    unused = {"replacement"};
  }
  for (const std::string_view key : unused) {
    if (reader.find(key)) reader.fault_at(key, "has no use for the action " + rule.action);
  }
}

RelabelConfig read_rule(const ValueReader& value) {
  const MappingReader reader(value, {"source_labels", "separator", "regex", "modulus",
                                     "target_label", "replacement", "action"});
  RelabelConfig rule;
  read_source_labels(reader, rule);
  reader.read_text("separator", rule.separator);
  reader.read_text("regex", rule.regex);
  reader.read_integer("modulus", rule.modulus, {1, std::numeric_limits<std::int64_t>::max()});
  reader.read_text("target_label", rule.target_label);
  reader.read_text("replacement", rule.replacement);
  read_action(reader, rule);
  if (value.kind() != YamlNode::Kind::kMapping) return rule;
  check_regex(reader, rule);
  check_target(reader, rule);
  check_unused(reader, rule);
  return rule;
}

}  // namespace

std::vector<RelabelConfig> read_relabel(const ValueReader& list) {
  std::vector<RelabelConfig> rules;
  for (const ValueReader& item : list.without_variables().items()) rules.push_back(read_rule(item));
  return rules;
}

}  // namespace bpfpush
