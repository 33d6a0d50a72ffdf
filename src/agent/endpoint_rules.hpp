#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "remote_write/wire_series.hpp"

namespace bpfpush {

// What the configuration says of an endpoint's labels: relabelling and limits. kInvalidConfig where
// a rule cannot be meant so.
Result<SeriesRules> to_series_rules(const RemoteWriteConfig& endpoint);

}  // namespace bpfpush
