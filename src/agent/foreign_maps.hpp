#pragma once

#include <vector>

#include "agent/collector.hpp"
#include "config/config.hpp"

namespace bpfpush {

// Adds the maps that others made to `collector`; looks for none. All faults are reported, one a
// line, each with its place in the configuration.
Result<void> add_foreign_maps(const std::vector<MapConfig>& maps, Collector& collector);

}  // namespace bpfpush
