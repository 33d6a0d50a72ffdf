#include "remote_write/relabel.hpp"

#include <openssl/evp.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.hpp"
#include "base/letter_case.hpp"
#include "remote_write/label_name.hpp"

namespace bpfpush {
namespace {

// Bytes of the automata that a regular expression may grow to. Labels are short.
constexpr std::int64_t kRegexBytesMax = 1 << 20;

enum class Action {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

// By their place in Action.
constexpr std::array<std::string_view, 11> kActions = {
    "replace",  "keep",      "drop",      "keepequal", "dropequal", "hashmod",
    "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase",
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The last eight bytes of MD5, the first of them the highest. MD5 is what Prometheus spreads series
// by, and protects nothing: so also where OpenSSL would not take it for what has to.
std::uint64_t hash(const std::string& text) {
  std::array<unsigned char, 16> digest{};
  std::size_t size = digest.size();
  CHECK(EVP_Q_digest(nullptr, "MD5", "-fips", text.data(), text.size(), digest.data(), &size) == 1);
  std::uint64_t value = 0;
  for (std::size_t i = 8; i < digest.size(); ++i) value = value << 8 | digest[i];
  return value;
}

void set(LabelMap& labels, const std::string& name, std::string value) {
  if (value.empty()) {
    labels.erase(name);
  } else {
    labels.insert_or_assign(name, std::move(value));
  }
}

std::string value_of(const LabelMap& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

// A regular expression that has to match the whole of a text, and what its groups took of the last.
class Regex {
 public:
  explicit Regex(const std::string& pattern) : regex_("^(?s:" + pattern + ")$", options()) {}

  const re2::RE2& get() const { return regex_; }
  bool matches(const std::string& text) const { return re2::RE2::FullMatch(text, regex_); }

  // A group of a match, by number or name; of those unknown, or not taken, an empty text.
  using Groups = std::vector<re2::StringPiece>;
  bool match(const std::string& text, Groups& groups) const {
    groups.resize(1 + static_cast<std::size_t>(regex_.NumberOfCapturingGroups()));
    return regex_.Match(text, 0, text.size(), re2::RE2::ANCHOR_BOTH, groups.data(),
                        static_cast<int>(groups.size()));
  }
  std::string expand(const std::string& pattern, const Groups& groups) const {
    return expand_groups(pattern, [&](const std::string& name) -> std::string {
      const std::size_t index = index_of(name);
      return index < groups.size() ? std::string(groups[index]) : std::string();
    });
  }

 private:
  static re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kRegexBytesMax);
    return options;
  }

  // Of no group there is: the greatest number. Numbers have no zeros before them.
  std::size_t index_of(const std::string& name) const {
    const bool is_number =
        name.size() <= 8 && (name == "0" || name[0] != '0') &&
        std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (is_number) return std::stoul(name);
    const auto& names = regex_.NamedCapturingGroups();
    const auto found = names.find(name);
    return found == names.end() ? std::string::npos : static_cast<std::size_t>(found->second);
  }

  re2::RE2 regex_;
};

}  // namespace

class Relabeling::Step {
 public:
  Step(RelabelRule rule, Action action)
      : rule_(std::move(rule)), action_(action), regex_(std::make_unique<Regex>(rule_.regex)) {}

  const re2::RE2& regex() const { return regex_->get(); }
  bool touches(const std::string& name) const;
  bool apply(LabelMap& labels) const;

 private:
  void replace(LabelMap& labels, const std::string& input) const;
  void map(LabelMap& labels) const;

  RelabelRule rule_;
  Action action_;
  std::unique_ptr<Regex> regex_;
};

bool Relabeling::Step::apply(LabelMap& labels) const {
  std::string input;
  for (const std::string& name : rule_.source_labels) {
    if (&name != &rule_.source_labels.front()) input += rule_.separator;
    input += value_of(labels, name);
  }
  switch (action_) {
    case Action::kReplace:
      replace(labels, input);
      break;
    case Action::kKeep:
      return regex_->matches(input);
    case Action::kDrop:
      return !regex_->matches(input);
    case Action::kKeepEqual:
      return value_of(labels, rule_.target_label) == input;
    case Action::kDropEqual:
      return value_of(labels, rule_.target_label) != input;
    case Action::kHashMod:
      set(labels, rule_.target_label, std::to_string(hash(input) % rule_.modulus));
      break;
    case Action::kLabelMap:
      map(labels);
      break;
    case Action::kLabelDrop:
      std::erase_if(labels, [this](const auto& label) { return regex_->matches(label.first); });
      break;
    case Action::kLabelKeep:
      std::erase_if(labels, [this](const auto& label) { return !regex_->matches(label.first); });
      break;
    case Action::kLowercase:
      set(labels, rule_.target_label, to_lower_case(input));
      break;
    case Action::kUppercase:
      set(labels, rule_.target_label, to_upper_case(input));
      break;
  }
  return true;
}

bool Relabeling::Step::touches(const std::string& name) const {
  const auto& sources = rule_.source_labels;
  if (std::find(sources.begin(), sources.end(), name) != sources.end()) return true;
  const std::string& target = rule_.target_label;
  return target == name || target.find('$') != target.npos || action_ == Action::kLabelMap;
}

void Relabeling::Step::replace(LabelMap& labels, const std::string& input) const {
  Regex::Groups groups;
  if (!regex_->match(input, groups)) return;
  const std::string target = regex_->expand(rule_.target_label, groups);
  if (is_label_name(target)) set(labels, target, regex_->expand(rule_.replacement, groups));
}

// The labels that it makes are not mapped again.
void Relabeling::Step::map(LabelMap& labels) const {
  const LabelMap before = labels;
  Regex::Groups groups;
  for (const auto& [name, value] : before) {
    if (regex_->match(name, groups)) set(labels, regex_->expand(rule_.replacement, groups), value);
  }
}

Relabeling::Relabeling() : steps_(std::make_shared<const std::vector<Step>>()) {}

Result<Relabeling> Relabeling::create(const std::vector<RelabelRule>& rules) {
  auto steps = std::make_shared<std::vector<Step>>();
  for (const RelabelRule& rule : rules) {
    const std::string name = "write_relabel_configs[" + std::to_string(steps->size()) + "]: ";
    const auto action = std::find(kActions.begin(), kActions.end(), rule.action);
    if (action == kActions.end()) {
      return Error(Errc::kInvalidConfig, name + "there is no action \"" + rule.action + "\"");
    }
    if (rule.action == "hashmod" && rule.modulus == 0) {
      return Error(Errc::kInvalidConfig, name + "hashmod needs a modulus");
    }
    steps->emplace_back(rule, static_cast<Action>(action - kActions.begin()));
    if (!steps->back().regex().ok()) {
      return Error(Errc::kInvalidConfig,
                   name + "the regex does not compile: " + steps->back().regex().error());
    }
  }
  Relabeling relabeling;
  relabeling.steps_ = std::move(steps);
  return relabeling;
}

bool Relabeling::touches(const std::string& name) const {
  return std::any_of(steps_->begin(), steps_->end(),
                     [&name](const Step& step) { return step.touches(name); });
}

bool Relabeling::apply(LabelMap& labels) const {
  return std::all_of(steps_->begin(), steps_->end(),
                     [&labels](const Step& step) { return step.apply(labels); });
}

std::string expand_groups(const std::string& pattern,
                          const std::function<std::string(const std::string&)>& group) {
  std::string text;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '$') {
      text += pattern[at++];
      continue;
    }
    if (pattern.compare(at, 2, "$$") == 0) {
      text += '$';
      at += 2;
      continue;
    }
    const bool braced = pattern.compare(at, 2, "${") == 0;
    const std::size_t begin = at + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < pattern.size() && is_name_character(pattern[end])) ++end;
    if (end == begin || (braced && pattern.compare(end, 1, "}") != 0)) {
      text += pattern[at++];  // no reference after all
      continue;
    }
    text += group(pattern.substr(begin, end - begin));
    at = end + (braced ? 1 : 0);
  }
  return text;
}

}  // namespace bpfpush
