#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bpfpush {

// What the configuration may hand to an HTTP client. Errors never show a URL or a header's value:
// either may be a secret.

// "HOST:PORT" or "HOST" of an http or https URL. kInvalidConfig if it is none, or has credentials
// in it.
Result<std::string> url_authority(std::string_view url);

// A token of HTTP (RFC 9110, section 5.6.2): a header's name, a scheme of authentication.
bool is_token(std::string_view text);

// What keeps `name: value` from being sent as a header of the user's; nothing if it may be.
std::optional<std::string> header_fault(std::string_view name, std::string_view value);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace bpfpush
