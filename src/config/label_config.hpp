#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace bpfpush {

// A step from a field's bytes to its label; labels/decoder.hpp has the names.
struct DecoderConfig {
  std::string name;
  std::map<std::string, std::string> static_map;  // decoder static_map
  bool allow_unknown = false;                     // likewise
  std::vector<std::string> regexps;               // decoder regexp

  friend bool operator==(const DecoderConfig&, const DecoderConfig&) = default;
};

// A label, and the bytes of a map's key that it is made of.
struct LabelConfig {
  std::string name;
  std::size_t size = 0;     // 0: as BTF says
  std::size_t padding = 0;  // bytes behind it that mean nothing
  std::vector<DecoderConfig> decoders;

  friend bool operator==(const LabelConfig&, const LabelConfig&) = default;
};

}  // namespace bpfpush
