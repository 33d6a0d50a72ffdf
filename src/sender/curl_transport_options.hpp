#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sender/curl_url.hpp"
#include "sender/secret_file.hpp"

namespace bpfpush {

struct BasicAuth {
  std::string username;
  Secret password;
};

// "Authorization: TYPE CREDENTIALS"
struct Authorization {
  std::string type = "Bearer";
  Secret credentials;
};

struct TlsOptions {
  std::string ca_file;  // trusted instead of the system's certificates
  std::string cert_file;
  std::string key_file;
  std::string min_version = "TLS12";  // or TLS13
  bool insecure_skip_verify = false;
};

struct ProxyOptions {
  std::string url;       // empty: no proxy, whatever the environment says
  std::string no_proxy;  // hosts that are asked directly all the same, between commas
};

// Tokens by the client credentials grant (RFC 6749, section 4.4).
struct OAuth2Options {
  std::string client_id;
  Secret client_secret;
  std::string token_url;
  std::vector<std::string> scopes;
  std::vector<std::pair<std::string, std::string>> endpoint_params;
  TlsOptions tls;
  ProxyOptions proxy;
};

// Signature Version 4 of AWS.
struct SigV4 {
  std::string region;
  std::string service = "aps";
  Secret access_key;
  Secret secret_key;
  Secret session_token;  // of temporary keys
};

struct CurlTransportOptions {
  std::string url;
  // One of these at most.
  std::optional<BasicAuth> basic_auth;
  std::optional<Authorization> authorization;
  std::optional<OAuth2Options> oauth2;
  std::optional<SigV4> sigv4;
  TlsOptions tls;
  ProxyOptions proxy;
  bool enable_http2 = true;  // where TLS offers it
  std::chrono::milliseconds timeout{30'000};
};

// The endpoint's URL; kInvalidConfig if the options cannot be meant so.
Result<EndpointUrl> check(const CurlTransportOptions& options);

}  // namespace bpfpush
