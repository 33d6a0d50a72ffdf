#pragma once

#include <string>

#include "snapshot/snapshot.hpp"

namespace bpfpush {

// The snapshot in the Prometheus text exposition format (version 0.0.4): HELP (where there is any)
// and TYPE of every family that has a series, then its series in the order of their label values,
// histograms with cumulative buckets. Empty labels are left out. No timestamps.
std::string to_text_format(const Snapshot& snapshot);

}  // namespace bpfpush
