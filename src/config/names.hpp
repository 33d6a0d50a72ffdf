#pragma once

#include <algorithm>
#include <string_view>

namespace bpfpush {

// [a-zA-Z_][a-zA-Z0-9_]*: what labels, metrics without a colon, and variables are called.
inline bool is_identifier(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

// Can NAME.yaml be one of ebpf_exporter's configurations in a folder?
inline bool is_exporter_name(std::string_view name) {
  return !name.empty() && name.find('/') == name.npos;
}

}  // namespace bpfpush
