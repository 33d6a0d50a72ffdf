#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "env/clock.hpp"
#include "env/filesystem.hpp"
#include "sender/curl_exchange.hpp"
#include "sender/oauth2_token.hpp"

namespace bpfpush {

// Fetches tokens, and keeps one until shortly before it expires.
class OAuth2Tokens {
 public:
  // The options are checked. Loop, filesystem and clock outlive it.
  OAuth2Tokens(OAuth2Options options, std::chrono::milliseconds timeout, CurlLoop& loop,
               const Filesystem& filesystem, Clock& clock);

  // Is one at hand, so that get() need not fetch any?
  bool has_one() const;

  // The value of the Authorization header.
  boost::asio::awaitable<Result<std::string>> get();

  // The one at hand is refused: the next get() fetches another.
  void drop() { token_.reset(); }

 private:
  boost::asio::awaitable<Result<HttpResponse>> ask(ClientAuthentication way);
  void keep(AccessToken token);
  Error in_context(const Error& error) const;

  OAuth2Options options_;
  CurlExchange exchange_;
  const Filesystem& filesystem_;
  Clock& clock_;
  std::optional<ClientAuthentication> way_;  // that has worked
  std::optional<AccessToken> token_;
  std::optional<BootTime> use_until_;
};

}  // namespace bpfpush
