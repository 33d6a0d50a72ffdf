#include "agent/curl_transports.hpp"

#include <memory>
#include <utility>

#include "sender/curl_transport.hpp"

namespace bpfpush {

CurlTransportOptions to_transport_options(const RemoteWriteConfig& endpoint) {
  CurlTransportOptions options;
  options.url = endpoint.url;
  if (endpoint.basic_auth) {
    options.basic_auth =
        BasicAuth{endpoint.basic_auth->username, endpoint.basic_auth->password_file};
  }
  options.bearer_token_file = endpoint.bearer_token_file;
  options.tls = {endpoint.tls.ca_file, endpoint.tls.cert_file, endpoint.tls.key_file,
                 endpoint.tls.min_version, endpoint.tls.insecure_skip_verify};
  options.proxy_url = endpoint.proxy_url;
  options.timeout = endpoint.remote_timeout;
  return options;
}

TransportFactory curl_transports(CurlLoop& loop, const Filesystem& filesystem) {
  return [&loop,
          &filesystem](const RemoteWriteConfig& endpoint) -> Result<std::unique_ptr<Transport>> {
    auto transport = CurlTransport::create(to_transport_options(endpoint), loop, filesystem);
    if (!transport) return transport.error();
    return std::unique_ptr<Transport>(std::move(*transport));
  };
}

}  // namespace bpfpush
