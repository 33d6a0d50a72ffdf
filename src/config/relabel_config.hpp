#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bpfpush {

// A rule under write_relabel_configs, with Prometheus's defaults.
struct RelabelConfig {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::string regex = "(.*)";
  std::uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
  std::string action = "replace";

  friend bool operator==(const RelabelConfig&, const RelabelConfig&) = default;
};

}  // namespace bpfpush
