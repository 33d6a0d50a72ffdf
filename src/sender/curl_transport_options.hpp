#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sender/curl_url.hpp"

namespace bpfpush {

struct BasicAuth {
  std::string username;
  std::string password_file;
};

struct TlsOptions {
  std::string ca_file;  // trusted instead of the system's certificates
  std::string cert_file;
  std::string key_file;
  std::string min_version = "TLS12";  // or TLS13
  bool insecure_skip_verify = false;
};

struct CurlTransportOptions {
  std::string url;
  std::optional<BasicAuth> basic_auth;
  std::string bearer_token_file;
  TlsOptions tls;
  std::string proxy_url;  // empty: no proxy, whatever the environment says
  std::chrono::milliseconds timeout{30'000};
};

// The endpoint's URL; kInvalidConfig if the options cannot be meant so.
Result<EndpointUrl> check(const CurlTransportOptions& options);

}  // namespace bpfpush
