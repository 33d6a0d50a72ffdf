#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sender/credentials.hpp"
#include "sender/curl_transport_options.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

// How a client says who it is (RFC 6749, section 2.3.1): servers must take the one, some take only
// the other.
enum class ClientAuthentication { kBasic, kForm };

// The request for a token: its body, a form, and its credentials.
struct TokenRequest {
  std::string body;
  Credentials credentials;
};
TokenRequest make_token_request(const OAuth2Options& options, const std::string& client_secret,
                                ClientAuthentication way);

struct AccessToken {
  std::string authorization;  // "TYPE TOKEN", the value of the header
  std::optional<std::chrono::seconds> expires_in;
};

// The token in an answer to that. kUnavailable if it was refused: the message has the status and
// the error's code, and nothing else that the server says. kMalformed if it is no token.
Result<AccessToken> parse_token_response(const HttpResponse& response);

// How long after it was issued a token is to be replaced: shortly before it expires.
std::optional<std::chrono::seconds> time_of_use(const AccessToken& token);

}  // namespace bpfpush
