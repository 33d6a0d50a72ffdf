#include "sender/oauth2_tokens.hpp"

#include <span>
#include <utility>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

// Tokens may be of some kilobytes, with all that they say.
constexpr std::size_t kAnswerBytesMax = 64 << 10;

CurlExchangeOptions exchange_options(const OAuth2Options& options,
                                     std::chrono::milliseconds timeout) {
  CurlExchangeOptions exchange;
  exchange.url = options.token_url;
  const Result<EndpointUrl> url = parse_endpoint_url(options.token_url);
  if (url) exchange.printable_url = url->printable;
  exchange.tls = options.tls;
  exchange.proxy = options.proxy;
  exchange.timeout = timeout;
  exchange.body_bytes_kept = kAnswerBytesMax;
  return exchange;
}

bool is_refusal(const Result<HttpResponse>& reply) {
  return reply && (reply->status == 400 || reply->status == 401);
}

}  // namespace

OAuth2Tokens::OAuth2Tokens(OAuth2Options options, std::chrono::milliseconds timeout, CurlLoop& loop,
                           const Filesystem& filesystem, Clock& clock)
    : options_(std::move(options)),
      exchange_(exchange_options(options_, timeout), loop),
      filesystem_(filesystem),
      clock_(clock) {}

bool OAuth2Tokens::has_one() const {
  return token_ && (!use_until_ || clock_.now() < *use_until_);
}

asio::awaitable<Result<std::string>> OAuth2Tokens::get() {
  if (has_one()) co_return token_->authorization;
  token_.reset();
  ClientAuthentication way = way_.value_or(ClientAuthentication::kBasic);
  Result<HttpResponse> reply = co_await ask(way);
  if (!way_ && is_refusal(reply)) {
    way = ClientAuthentication::kForm;
    reply = co_await ask(way);
  }
  if (!reply) co_return in_context(reply.error());
  Result<AccessToken> token = parse_token_response(*reply);
  if (!token) co_return in_context(token.error());
  way_ = way;
  keep(std::move(*token));
  co_return token_->authorization;
}

asio::awaitable<Result<HttpResponse>> OAuth2Tokens::ask(ClientAuthentication way) {
  const Result<std::string> secret =
      read_secret(filesystem_, "oauth2.client_secret", options_.client_secret);
  if (!secret) co_return secret.error();
  if (!options_.tls.key_file.empty()) {
    const Result<void> good =
        check_private(filesystem_, "oauth2.tls_config.key_file", options_.tls.key_file);
    if (!good) co_return good.error();
  }
  const TokenRequest token_request = make_token_request(options_, *secret, way);
  HttpRequest request;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.headers.emplace_back("User-Agent", "bpfpush/" BPFPUSH_VERSION);
  request.body = std::as_bytes(std::span(token_request.body));
  Credentials credentials = token_request.credentials;
  Result<HttpResponse> reply = co_await exchange_.post(std::move(request), std::move(credentials));
  co_return reply;
}

void OAuth2Tokens::keep(AccessToken token) {
  use_until_.reset();
  if (const auto use = time_of_use(token)) use_until_ = clock_.now() + *use;
  token_ = std::move(token);
}

// Errors of the transfer name the URL already.
Error OAuth2Tokens::in_context(const Error& error) const {
  return {error.code, "oauth2: " + error.context};
}

}  // namespace bpfpush
