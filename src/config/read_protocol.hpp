#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

// Reads what an endpoint is sent: protobuf_message, compression, histograms,
// native_histogram_bucket_limit, custom_histograms_over_1. Combinations that no receiver can take
// are faults.
ProtocolConfig read_protocol(const MappingReader& endpoint);

}  // namespace bpfpush
