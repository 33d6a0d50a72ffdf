#pragma once

#include "agent/agent.hpp"
#include "env/clock.hpp"
#include "env/filesystem.hpp"
#include "sender/curl_loop.hpp"
#include "sender/curl_transport.hpp"

namespace bpfpush {

// What the configuration says of an endpoint, in the transport's own terms.
CurlTransportOptions to_transport_options(const RemoteWriteConfig& endpoint);

// Makes transports on `loop`. The arguments outlive the factory and its transports.
TransportFactory curl_transports(CurlLoop& loop, const Filesystem& filesystem, Clock& clock);

}  // namespace bpfpush
