#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

// The list under `programs`: names and mappings.
std::vector<ProgramConfig> read_programs(const ValueReader& list);

}  // namespace bpfpush
