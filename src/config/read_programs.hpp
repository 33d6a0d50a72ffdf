#pragma once

#include <optional>
#include <vector>

#include "config/config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

// The list under `programs`: names and mappings.
std::vector<ProgramConfig> read_programs(const ValueReader& list);

// A histogram's `buckets`. Nothing, and a fault, if they have no type.
std::optional<BucketsConfig> read_buckets(const ValueReader& value);

}  // namespace bpfpush
