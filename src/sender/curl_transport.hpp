#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "env/clock.hpp"
#include "env/filesystem.hpp"
#include "sender/curl_exchange.hpp"
#include "sender/curl_loop.hpp"
#include "sender/curl_transport_options.hpp"
#include "sender/oauth2_tokens.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

// What a CurlTransport works with. All of it outlives the transport.
struct CurlTransportParts {
  CurlLoop& loop;
  const Filesystem& filesystem;  // with the files of secrets
  Clock& clock;
};

// One endpoint over HTTP/1.1, or HTTP/2 where TLS offers it. Connections are kept for the next
// request; redirects are not followed. The files of secrets are read for every request, so that
// what rotates them need not tell us.
class CurlTransport final : public Transport {
 public:
  // kInvalidConfig if the options cannot be meant so.
  static Result<std::unique_ptr<CurlTransport>> create(CurlTransportOptions options,
                                                       const CurlTransportParts& parts);

  // A token that is refused with 401 is replaced, and the request repeated, once. What an answer
  // quotes of the secrets is made unreadable in it.
  boost::asio::awaitable<Result<HttpResponse>> post(HttpRequest request) override;

 private:
  CurlTransport(CurlTransportOptions options, CurlExchangeOptions exchange,
                const CurlTransportParts& parts);
  boost::asio::awaitable<Result<Credentials>> credentials();

  CurlTransportOptions options_;
  const Filesystem& filesystem_;
  CurlExchange exchange_;
  std::optional<OAuth2Tokens> tokens_;
};

}  // namespace bpfpush
