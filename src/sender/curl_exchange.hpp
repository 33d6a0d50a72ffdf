#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "sender/credentials.hpp"
#include "sender/curl_loop.hpp"
#include "sender/curl_transport_options.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

struct CurlExchangeOptions {
  std::string url;
  std::string printable_url;  // for errors
  TlsOptions tls;
  ProxyOptions proxy;
  bool enable_http2 = true;
  std::chrono::milliseconds timeout{30'000};
  std::size_t body_bytes_kept = 4096;  // of an answer
};

// POSTs to one URL, one at a time: the easy handle of libcurl's, and all that it points at. Loop
// and options are the transport's; see there for what is guaranteed.
class CurlExchange {
 public:
  // The loop outlives it.
  CurlExchange(CurlExchangeOptions options, CurlLoop& loop);
  ~CurlExchange();

  // As Transport::post().
  boost::asio::awaitable<Result<HttpResponse>> post(HttpRequest request, Credentials credentials);

 private:
  class Transfer;

  std::unique_ptr<Transfer> transfer_;  // never moves: libcurl points into it
};

}  // namespace bpfpush
