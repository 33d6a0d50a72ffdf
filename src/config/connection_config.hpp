#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bpfpush {

// How to connect to an endpoint, and as whom; in Prometheus's spelling.

// A secret is either in a file or in an environment variable, never in the configuration's text.
struct SecretConfig {
  std::string file;
  std::string value;  // of the variable, where there is no file

  bool is_given() const { return !file.empty() || !value.empty(); }
  friend bool operator==(const SecretConfig&, const SecretConfig&) = default;
};

struct BasicAuthConfig {
  std::string username;
  SecretConfig password;

  friend bool operator==(const BasicAuthConfig&, const BasicAuthConfig&) = default;
};

// "Authorization: TYPE CREDENTIALS"
struct AuthorizationConfig {
  std::string type = "Bearer";
  SecretConfig credentials;

  friend bool operator==(const AuthorizationConfig&, const AuthorizationConfig&) = default;
};

struct TlsConfig {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string min_version = "TLS12";  // or TLS13
  bool insecure_skip_verify = false;

  friend bool operator==(const TlsConfig&, const TlsConfig&) = default;
};

struct ProxyConfig {
  std::string url;       // empty: a direct connection
  std::string no_proxy;  // hosts that are asked directly all the same, between commas

  friend bool operator==(const ProxyConfig&, const ProxyConfig&) = default;
};

// The client credentials grant of OAuth 2 (RFC 6749, section 4.4).
struct OAuth2Config {
  std::string client_id;
  SecretConfig client_secret;
  std::string token_url;
  std::vector<std::string> scopes;
  std::vector<std::pair<std::string, std::string>> endpoint_params;
  TlsConfig tls;
  ProxyConfig proxy;

  friend bool operator==(const OAuth2Config&, const OAuth2Config&) = default;
};

// Requests signed for AWS, Signature Version 4.
struct SigV4Config {
  std::string region;
  std::string service = "aps";
  SecretConfig access_key;
  SecretConfig secret_key;
  SecretConfig session_token;  // maybe none

  friend bool operator==(const SigV4Config&, const SigV4Config&) = default;
};

}  // namespace bpfpush
