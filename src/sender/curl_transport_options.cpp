#include "sender/curl_transport_options.hpp"

namespace bpfpush {

Result<EndpointUrl> check(const CurlTransportOptions& options) {
  Result<EndpointUrl> url = parse_endpoint_url(options.url);
  if (!url) return url;
  if (!options.proxy_url.empty()) {
    if (const Result<void> good = check_proxy_url(options.proxy_url); !good) return good.error();
  }
  const int credentials = (url->has_credentials ? 1 : 0) + (options.basic_auth ? 1 : 0) +
                          (options.bearer_token_file.empty() ? 0 : 1);
  if (credentials > 1) {
    return Error(
        Errc::kInvalidConfig,
        "credentials are given twice: keep one of basic_auth, bearer_token_file and those in url");
  }
  const TlsOptions& tls = options.tls;
  if (tls.min_version != "TLS12" && tls.min_version != "TLS13") {
    return Error(Errc::kInvalidConfig,
                 "tls_config.min_version: " + tls.min_version + " is not TLS12 or TLS13");
  }
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return Error(Errc::kInvalidConfig, "tls_config: cert_file and key_file go together");
  }
  if (options.timeout <= std::chrono::milliseconds::zero()) {
    return Error(Errc::kInvalidConfig, "remote_timeout must be more than 0");
  }
  return url;
}

}  // namespace bpfpush
