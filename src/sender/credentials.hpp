#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sender/transport.hpp"

namespace bpfpush {

// As whom one request is sent: in one of these ways, or in none. All of it is secret.
struct Credentials {
  struct Basic {
    std::string username;
    std::string password;
  };
  struct Signature {    // of AWS, version 4
    std::string scope;  // "aws:amz:REGION:SERVICE"
    std::string access_key;
    std::string secret_key;
    std::string session_token;  // empty: none
  };

  std::optional<Basic> basic;
  std::string authorization;  // the header's value
  std::optional<Signature> signature;
};

// What must not be shown of a request: its credentials, as they are and as they are sent, and the
// values of headers that are called like a secret. None is so short that it would be found by
// chance.
std::vector<std::string> secrets_of(const Credentials& credentials, const HttpHeaders& headers);

// `text` with a placeholder for each of the secrets: a server's answer may quote the request.
std::string without_secrets(std::string text, const std::vector<std::string>& secrets);

}  // namespace bpfpush
