#include "sender/curl_transport_options.hpp"

namespace bpfpush {
namespace {

Result<void> check(const TlsOptions& tls, const std::string& key) {
  if (tls.min_version != "TLS12" && tls.min_version != "TLS13") {
    return Error(Errc::kInvalidConfig,
                 key + ".min_version: " + tls.min_version + " is not TLS12 or TLS13");
  }
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return Error(Errc::kInvalidConfig, key + ": cert_file and key_file go together");
  }
  return {};
}

Result<void> check(const ProxyOptions& proxy) {
  if (proxy.url.empty()) return {};
  return check_proxy_url(proxy.url);
}

Result<void> check(const OAuth2Options& oauth2) {
  const Result<EndpointUrl> url = parse_endpoint_url(oauth2.token_url, "oauth2.token_url");
  if (!url) return url.error();
  if (const Result<void> good = check(oauth2.tls, "oauth2.tls_config"); !good) return good;
  return check(oauth2.proxy);
}

}  // namespace

Result<EndpointUrl> check(const CurlTransportOptions& options) {
  Result<EndpointUrl> url = parse_endpoint_url(options.url);
  if (!url) return url;
  if (const Result<void> good = check(options.proxy); !good) return good.error();
  const int credentials = (url->has_credentials ? 1 : 0) + (options.basic_auth ? 1 : 0) +
                          (options.authorization ? 1 : 0) + (options.oauth2 ? 1 : 0) +
                          (options.sigv4 ? 1 : 0);
  if (credentials > 1) {
    return Error(Errc::kInvalidConfig,
                 "credentials are given twice: keep one of basic_auth, authorization, oauth2, "
                 "sigv4 and those in url");
  }
  if (const Result<void> good = check(options.tls, "tls_config"); !good) return good.error();
  if (options.oauth2) {
    if (const Result<void> good = check(*options.oauth2); !good) return good.error();
  }
  if (options.timeout <= std::chrono::milliseconds::zero()) {
    return Error(Errc::kInvalidConfig, "remote_timeout must be more than 0");
  }
  return url;
}

}  // namespace bpfpush
