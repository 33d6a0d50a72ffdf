#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/label_config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

// The `labels` of a metric of a map that does not say them itself: an ebpf_exporter
// configuration's, and those of maps that others made. Their names are distinct.
std::vector<LabelConfig> read_labels(const ValueReader& list);

// Makes a fault of a label "le", which histograms have for their bounds.
void refuse_le(const MappingReader& metric, std::span<const LabelConfig> labels);

// A list of texts under `key`; empty where that is not there.
std::vector<std::string> read_texts(const MappingReader& reader, std::string_view key);

}  // namespace bpfpush
