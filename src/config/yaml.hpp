#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace bpfpush {

// A YAML document as written: scalars are text, nothing is interpreted yet. An alias shares the
// node it names.
struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  struct Entry {
    std::string key;
    int line = 0;  // the key's
    std::shared_ptr<const YamlNode> value;
  };

  Kind kind = Kind::kNull;
  int line = 1;                                        // of the file, from 1
  std::string text;                                    // kScalar
  std::vector<std::shared_ptr<const YamlNode>> items;  // kSequence
  std::vector<Entry> entries;  // kMapping; in the file's order, duplicates included
};

// Limits that keep a hostile or mistaken file from taking memory or stack: ours has a depth of 8.
inline constexpr std::size_t kYamlBytesMax = 1 << 20;
inline constexpr int kYamlDepthMax = 32;

// Parses one document; an empty one is a kNull node. kInvalidConfig with "FILE:LINE: what" for what
// is no YAML, for more than one document, and beyond the limits.
Result<std::shared_ptr<const YamlNode>> parse_yaml(const std::string& yaml,
                                                   const std::string& file);

}  // namespace bpfpush
