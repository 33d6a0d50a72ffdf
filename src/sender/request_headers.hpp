#pragma once

#include <string>
#include <string_view>

#include "remote_write/compressor.hpp"
#include "remote_write/histogram_form.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

// Whether the protocol or the transport sets this header itself, so that a user's value would break
// the request.
bool is_reserved_header(std::string_view name);

// kInvalidConfig if the header would not be one header on the wire: its name is no token (RFC 9110,
// section 5.6.2), or its value has a line break.
Result<void> check_header(const std::string& name, const std::string& value);

// The headers of a request, then the user's, without those that are reserved. zstd is of
// VictoriaMetrics' own variant of 1.0.
HttpHeaders request_headers(ProtocolVersion version, Compression compression,
                            const HttpHeaders& user);

}  // namespace bpfpush
