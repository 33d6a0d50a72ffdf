#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/faults.hpp"
#include "config/yaml.hpp"

namespace bpfpush {

// What all readers of one file share.
struct ReadContext {
  const Environment* environment;  // null: a "$" in a value is just that
  Faults& faults;
};

// One value of the file and where it stands. Reading never fails: what is wrong is added to the
// context's faults. The context and the node must outlive it.
class ValueReader {
 public:
  ValueReader(ReadContext& context, const YamlNode& node, std::string path)
      : context_(&context),
        node_(&node),
        path_(std::move(path)),
        has_variables_(context.environment != nullptr) {}

  YamlNode::Kind kind() const { return node_->kind; }
  const std::string& path() const { return path_; }
  std::string where() const { return context_->faults.where(node_->line); }
  void fault(std::string_view what) const { context_->faults.add(node_->line, path_, what); }

  // The same, where a "$" in it and in what is below it is just that.
  ValueReader without_variables() const;

  // The scalar with its environment variables expanded; nothing, and a fault, if it is a list, a
  // mapping or missing.
  std::optional<std::string> text() const;

  // Is a part of the scalar as written an environment variable's?
  bool names_a_variable() const;

  // The variable of the environment that the file is read in.
  std::optional<std::string> variable(const std::string& name) const;

  // The items of a list; none, and a fault, if it is something else.
  std::vector<ValueReader> items() const;

  // Is it a mapping with that key? Never a fault.
  bool has(std::string_view key) const;

  // The entries of a mapping, also those without a value; none, and a fault, if it is something
  // else. A key that is there twice is a fault, and only its first value counts.
  std::vector<std::pair<std::string, ValueReader>> entries() const;

 private:
  ValueReader below(const YamlNode& node, std::string path) const;

  ReadContext* context_;
  const YamlNode* node_;
  std::string path_;
  bool has_variables_ = true;
};

// A mapping whose keys are known. A key without a value is one that is not there: its default
// holds.
class MappingReader {
 public:
  struct Range {
    std::int64_t min = 0;
    std::int64_t max = 0;
  };

  // Keys other than `known` are faults, with the nearest known one as a suggestion.
  MappingReader(const ValueReader& value, std::initializer_list<std::string_view> known);

  // `key` must be a known one.
  std::optional<ValueReader> find(std::string_view key) const;

  // At the mapping itself, or at `key` where it is given.
  void fault(std::string_view what) const { value_.fault(what); }
  void fault_at(std::string_view key, std::string_view what) const;

  // Each sets `out` if the key is there and right, and leaves it alone otherwise.
  void read_text(std::string_view key, std::string& out) const;
  void read_choice(std::string_view key, std::string& out,
                   std::initializer_list<std::string_view> choices) const;
  void read_bool(std::string_view key, bool& out) const;
  void read_number(std::string_view key, double& out) const;
  void read_duration(std::string_view key, std::chrono::milliseconds& out,
                     std::chrono::milliseconds min) const;
  void read_byte_size(std::string_view key, std::size_t& out, std::size_t min) const;

  template <typename Integer>
  void read_integer(std::string_view key, Integer& out, Range range) const {
    if (const auto value = find_integer(key, range)) out = static_cast<Integer>(*value);
  }

 private:
  template <typename T>
  std::optional<T> find_parsed(std::string_view key, Result<T> (*parse)(std::string_view)) const;
  std::optional<std::int64_t> find_integer(std::string_view key, Range range) const;

  ValueReader value_;
  std::vector<std::string_view> known_;
  std::vector<std::pair<std::string, ValueReader>> entries_;
};

}  // namespace bpfpush
