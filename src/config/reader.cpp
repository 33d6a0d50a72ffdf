#include "config/reader.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/check.hpp"
#include "base/number.hpp"
#include "config/environment.hpp"
#include "config/quantity.hpp"

namespace bpfpush {
namespace {

// Longer keys are no misspellings of ours.
constexpr std::size_t kMisspelledBytesMax = 40;

// Insertions, removals and replacements of a character that make `b` of `a`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char wanted : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (wanted == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// The known key that `key` most likely stands for; empty if it resembles none.
std::string_view nearest(std::string_view key, const std::vector<std::string_view>& known) {
  if (key.empty() || key.size() > kMisspelledBytesMax) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const bool cut_short = key.size() >= 3 && candidate.starts_with(key);
    const std::size_t distance = cut_short ? 1 : edit_distance(key, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string listed(const auto& names) {
  std::string list;
  for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

std::string_view kind_name(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
  }
  return "";
}

std::string mismatch(std::string_view wanted, YamlNode::Kind found) {
  return std::string("must be ").append(wanted).append(", but is ").append(kind_name(found));
}

std::string as_text(std::chrono::milliseconds duration) {
  return std::to_string(duration.count()) + "ms";
}

}  // namespace

ValueReader ValueReader::without_variables() const {
  ValueReader reader = *this;
  reader.has_variables_ = false;
  return reader;
}

ValueReader ValueReader::below(const YamlNode& node, std::string path) const {
  ValueReader reader(*context_, node, std::move(path));
  reader.has_variables_ = has_variables_;
  return reader;
}

std::optional<std::string> ValueReader::text() const {
  if (kind() != YamlNode::Kind::kScalar) {
    fault(mismatch("a single value", kind()));
    return std::nullopt;
  }
  if (!has_variables_) return node_->text;
  Result<std::string> expanded = expand_environment(node_->text, *context_->environment);
  if (!expanded) {
    fault(expanded.error().context);
    return std::nullopt;
  }
  return std::move(*expanded);
}

bool ValueReader::names_a_variable() const {
  return has_variables_ && has_variable(node_->text);
}

std::optional<std::string> ValueReader::variable(const std::string& name) const {
  if (context_->environment == nullptr) return std::nullopt;
  return (*context_->environment)(name);
}

std::vector<ValueReader> ValueReader::items() const {
  if (kind() != YamlNode::Kind::kSequence) {
    fault(mismatch("a list", kind()));
    return {};
  }
  std::vector<ValueReader> items;
  items.reserve(node_->items.size());
  for (const auto& item : node_->items) {
    items.push_back(below(*item, path_ + "[" + std::to_string(items.size()) + "]"));
  }
  return items;
}

bool ValueReader::has(std::string_view key) const {
  return std::any_of(node_->entries.begin(), node_->entries.end(),
                     [key](const YamlNode::Entry& entry) { return entry.key == key; });
}

std::vector<std::pair<std::string, ValueReader>> ValueReader::entries() const {
  if (kind() != YamlNode::Kind::kMapping) {
    fault(mismatch("a mapping", kind()));
    return {};
  }
  std::vector<std::pair<std::string, ValueReader>> entries;
  std::set<std::string_view> seen;
  for (const YamlNode::Entry& entry : node_->entries) {
    const std::string path = path_.empty() ? entry.key : path_ + "." + entry.key;
    if (!seen.insert(entry.key).second) {
      context_->faults.add(entry.line, path, "given twice; keep one");
    } else {
      entries.emplace_back(entry.key, below(*entry.value, path));
    }
  }
  return entries;
}

MappingReader::MappingReader(const ValueReader& value,
                             std::initializer_list<std::string_view> known)
    : value_(value), known_(known), entries_(value.entries()) {
  for (const auto& [key, entry] : entries_) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string_view meant = nearest(key, known_);
    entry.fault(meant.empty() ? "unknown key; the keys here are " + listed(known_)
                              : "unknown key; did you mean " + in_quotes(meant) + "?");
  }
}

std::optional<ValueReader> MappingReader::find(std::string_view key) const {
  CHECK(std::find(known_.begin(), known_.end(), key) != known_.end());
  for (const auto& [name, value] : entries_) {
    if (name == key && value.kind() != YamlNode::Kind::kNull) return value;
  }
  return std::nullopt;
}

void MappingReader::fault_at(std::string_view key, std::string_view what) const {
  find(key).value_or(value_).fault(what);
}

void MappingReader::read_text(std::string_view key, std::string& out) const {
  const auto value = find(key);
  if (!value) return;
  if (auto text = value->text()) out = std::move(*text);
}

void MappingReader::read_choice(std::string_view key, std::string& out,
                                std::initializer_list<std::string_view> choices) const {
  const auto value = find(key);
  if (!value) return;
  const auto text = value->text();
  if (!text) return;
  if (std::find(choices.begin(), choices.end(), *text) == choices.end()) {
    value->fault(in_quotes(*text) + " is none of " + listed(choices));
  } else {
    out = *text;
  }
}

template <typename T>
std::optional<T> MappingReader::find_parsed(std::string_view key,
                                            Result<T> (*parse)(std::string_view)) const {
  const auto value = find(key);
  if (!value) return std::nullopt;
  const auto text = value->text();
  if (!text) return std::nullopt;
  const Result<T> parsed = parse(*text);
  if (parsed) return *parsed;
  value->fault(parsed.error().context);
  return std::nullopt;
}

void MappingReader::read_bool(std::string_view key, bool& out) const {
  out = find_parsed(key, parse_bool).value_or(out);
}

void MappingReader::read_number(std::string_view key, double& out) const {
  out = find_parsed(key, parse_number).value_or(out);
}

void MappingReader::read_duration(std::string_view key, std::chrono::milliseconds& out,
                                  std::chrono::milliseconds min) const {
  const auto duration = find_parsed(key, parse_duration);
  if (!duration) return;
  if (*duration < min) {
    fault_at(key, as_text(*duration) + " is too short; at least " + as_text(min));
  } else {
    out = *duration;
  }
}

void MappingReader::read_byte_size(std::string_view key, std::size_t& out, std::size_t min) const {
  const auto bytes = find_parsed(key, parse_byte_size);
  if (!bytes) return;
  if (*bytes < min) {
    fault_at(key, std::to_string(*bytes) + " bytes are too few; at least " + std::to_string(min));
  } else {
    out = *bytes;
  }
}

std::optional<std::int64_t> MappingReader::find_integer(std::string_view key, Range range) const {
  const auto integer = find_parsed(key, parse_integer);
  if (!integer) return std::nullopt;
  if (*integer >= range.min && *integer <= range.max) return integer;
  fault_at(key, std::to_string(*integer) + " is out of range; from " + std::to_string(range.min) +
                    " to " + std::to_string(range.max));
  return std::nullopt;
}

}  // namespace bpfpush
