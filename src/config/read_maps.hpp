#pragma once

#include <vector>

#include "config/reader.hpp"

namespace bpfpush {

// The list `maps` of an item under `programs`.
std::vector<MapConfig> read_maps(const ValueReader& list);

}  // namespace bpfpush
