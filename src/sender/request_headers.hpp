#pragma once

#include <string>
#include <string_view>

#include "sender/transport.hpp"

namespace bpfpush {

// Whether the protocol or the transport sets this header itself, so that a user's value would break
// the request.
bool is_reserved_header(std::string_view name);

// kInvalidConfig if the header would not be one header on the wire: its name is no token (RFC 9110,
// section 5.6.2), or its value has a line break.
Result<void> check_header(const std::string& name, const std::string& value);

// The headers of a remote write 1.0 request, then the user's, without those that are reserved.
HttpHeaders request_headers(const HttpHeaders& user);

}  // namespace bpfpush
