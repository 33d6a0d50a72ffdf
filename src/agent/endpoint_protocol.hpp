#pragma once

#include <optional>

#include "agent/collector.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "remote_write/compressor.hpp"
#include "remote_write/histogram_form.hpp"

namespace bpfpush {

// What the configuration says of an endpoint's protocol, in the encoder's and the sender's terms.
FormOptions form_options(const ProtocolConfig& protocol);
Compression compression_of(const ProtocolConfig& protocol);
std::optional<ProtocolVersion> version_of(const ProtocolConfig& protocol);  // nothing: auto

// kInvalidConfig if the endpoint wants native histograms of a family whose bounds no schema has. It
// names both, and what to do. Of maps that other processes make, and that are still to come, it
// knows what the configuration says.
Result<void> check_forms(const RemoteWriteConfig& endpoint, const Collector& collector);

}  // namespace bpfpush
