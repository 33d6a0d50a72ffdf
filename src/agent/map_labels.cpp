#include "agent/map_labels.hpp"

namespace bpfpush {

std::vector<MapLabel> to_map_labels(const std::vector<LabelConfig>& labels) {
  std::vector<MapLabel> all;
  for (const LabelConfig& config : labels) {
    MapLabel& label = all.emplace_back(MapLabel{config.name, config.size, config.padding, {}});
    for (const DecoderConfig& decoder : config.decoders) {
      label.decoders.push_back({.name = decoder.name,
                                .static_map = decoder.static_map,
                                .allow_unknown = decoder.allow_unknown,
                                .regexps = decoder.regexps});
    }
  }
  return all;
}

}  // namespace bpfpush
