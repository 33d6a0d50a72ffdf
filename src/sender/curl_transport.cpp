#include "sender/curl_transport.hpp"

#include <utility>

#include "base/log.hpp"
#include "sender/read_credentials.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

constexpr int kUnauthorized = 401;

void warn_if_unverified(const TlsOptions& tls, const std::string& url) {
  if (!tls.insecure_skip_verify) return;
  log::warn(
      "insecure_skip_verify is set: the certificate is not checked, and whoever is in between can "
      "read and change what is sent, credentials included",
      {{"url", url}});
}

}  // namespace

Result<std::unique_ptr<CurlTransport>> CurlTransport::create(CurlTransportOptions options,
                                                             const CurlTransportParts& parts) {
  const Result<EndpointUrl> url = check(options);
  if (!url) return url.error();
  warn_if_unverified(options.tls, url->printable);
  if (options.oauth2) warn_if_unverified(options.oauth2->tls, "oauth2.token_url");
  CurlExchangeOptions exchange;
  exchange.url = options.url;
  exchange.printable_url = url->printable;
  exchange.tls = options.tls;
  exchange.proxy = options.proxy;
  exchange.enable_http2 = options.enable_http2;
  exchange.timeout = options.timeout;
  return std::unique_ptr<CurlTransport>(
      new CurlTransport(std::move(options), std::move(exchange), parts));
}

CurlTransport::CurlTransport(CurlTransportOptions options, CurlExchangeOptions exchange,
                             const CurlTransportParts& parts)
    : options_(std::move(options)),
      filesystem_(parts.filesystem),
      exchange_(std::move(exchange), parts.loop) {
  if (options_.oauth2) {
    tokens_.emplace(*options_.oauth2, options_.timeout, parts.loop, parts.filesystem, parts.clock);
  }
}

asio::awaitable<Result<HttpResponse>> CurlTransport::post(HttpRequest request) {
  for (;;) {
    const bool is_token_old = tokens_ && tokens_->has_one();
    const Result<Credentials> credentials = co_await this->credentials();
    if (!credentials) co_return credentials.error();
    Result<HttpResponse> reply = co_await exchange_.post(request, *credentials);
    if (!reply) co_return reply;
    const bool is_token_refused = tokens_ && reply->status == kUnauthorized;
    if (is_token_refused) tokens_->drop();
    if (is_token_refused && is_token_old) continue;
    const auto secrets = secrets_of(*credentials, request.headers);
    reply->body = without_secrets(std::move(reply->body), secrets);
    reply->location = without_secrets(std::move(reply->location), secrets);
    co_return reply;
  }
}

asio::awaitable<Result<Credentials>> CurlTransport::credentials() {
  if (!tokens_) co_return read_credentials(options_, filesystem_);
  Result<std::string> token = co_await tokens_->get();
  if (!token) co_return token.error();
  Result<Credentials> credentials = read_credentials(options_, filesystem_);
  if (credentials) credentials->authorization = std::move(*token);
  co_return credentials;
}

}  // namespace bpfpush
