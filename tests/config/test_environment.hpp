#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "config/config.hpp"

namespace bpfpush {

// An environment of these variables and HOSTNAME=edge-1.
inline Environment environment_of(std::map<std::string, std::string> variables = {}) {
  variables.emplace("HOSTNAME", "edge-1");
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

}  // namespace bpfpush
