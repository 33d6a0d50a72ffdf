#pragma once

#include <vector>

#include "config/reader.hpp"
#include "config/relabel_config.hpp"

namespace bpfpush {

// The rules of write_relabel_configs. A "$" in them is Prometheus's, of a group, and no variable's.
std::vector<RelabelConfig> read_relabel(const ValueReader& list);

}  // namespace bpfpush
