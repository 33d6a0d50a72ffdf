#pragma once

#include <vector>

#include "config/label_config.hpp"
#include "probe/map_label.hpp"

namespace bpfpush {

// The labels that a configuration gives to a map.
std::vector<MapLabel> to_map_labels(const std::vector<LabelConfig>& labels);

}  // namespace bpfpush
