#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "env/filesystem.hpp"
#include "sender/curl_loop.hpp"
#include "sender/curl_transport_options.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

// One endpoint over HTTP/1.1, or HTTP/2 where TLS offers it. Connections are kept for the next
// request; redirects are not followed. The files of secrets are read for every request, so that
// what rotates them need not tell us.
class CurlTransport final : public Transport {
 public:
  // kInvalidConfig if the options cannot be meant so. Loop and filesystem outlive the transport.
  static Result<std::unique_ptr<CurlTransport>> create(CurlTransportOptions options, CurlLoop& loop,
                                                       const Filesystem& filesystem);
  ~CurlTransport() override;

  boost::asio::awaitable<Result<HttpResponse>> post(HttpRequest request) override;

 private:
  class Exchange;

  explicit CurlTransport(std::unique_ptr<Exchange> exchange);

  std::unique_ptr<Exchange> exchange_;
};

}  // namespace bpfpush
