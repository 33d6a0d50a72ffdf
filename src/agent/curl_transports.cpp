#include "agent/curl_transports.hpp"

#include <memory>
#include <utility>

namespace bpfpush {
namespace {

Secret to_secret(const SecretConfig& secret) {
  return {secret.file, secret.value};
}

TlsOptions to_tls(const TlsConfig& tls) {
  return {tls.ca_file, tls.cert_file, tls.key_file, tls.min_version, tls.insecure_skip_verify};
}

ProxyOptions to_proxy(const ProxyConfig& proxy) {
  return {proxy.url, proxy.no_proxy};
}

OAuth2Options to_oauth2(const OAuth2Config& oauth2) {
  return {oauth2.client_id,      to_secret(oauth2.client_secret), oauth2.token_url,
          oauth2.scopes,         oauth2.endpoint_params,          to_tls(oauth2.tls),
          to_proxy(oauth2.proxy)};
}

SigV4 to_sigv4(const SigV4Config& sigv4) {
  return {sigv4.region, sigv4.service, to_secret(sigv4.access_key), to_secret(sigv4.secret_key),
          to_secret(sigv4.session_token)};
}

}  // namespace

CurlTransportOptions to_transport_options(const RemoteWriteConfig& endpoint) {
  CurlTransportOptions options;
  options.url = endpoint.url;
  if (const auto& basic = endpoint.basic_auth) {
    options.basic_auth = BasicAuth{basic->username, to_secret(basic->password)};
  }
  if (const auto& auth = endpoint.authorization) {
    options.authorization = Authorization{auth->type, to_secret(auth->credentials)};
  }
  if (endpoint.oauth2) options.oauth2 = to_oauth2(*endpoint.oauth2);
  if (endpoint.sigv4) options.sigv4 = to_sigv4(*endpoint.sigv4);
  options.tls = to_tls(endpoint.tls);
  options.proxy = to_proxy(endpoint.proxy);
  options.enable_http2 = endpoint.enable_http2;
  options.timeout = endpoint.remote_timeout;
  return options;
}

TransportFactory curl_transports(CurlLoop& loop, const Filesystem& filesystem, Clock& clock) {
  const CurlTransportParts parts{loop, filesystem, clock};
  return [parts](const RemoteWriteConfig& endpoint) -> Result<std::unique_ptr<Transport>> {
    auto transport = CurlTransport::create(to_transport_options(endpoint), parts);
    if (!transport) return transport.error();
    return std::unique_ptr<Transport>(std::move(*transport));
  };
}

}  // namespace bpfpush
