#include "sender/curl_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/check.hpp"

namespace bpfpush {
namespace {

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleanup>;

// `key` is what the configuration calls the URL.
Result<Url> parse(const std::string& key, const std::string& text) {
  Url url(curl_url());
  CHECK(url);
  if (const CURLUcode code =
          curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME)) {
    return Error(Errc::kInvalidConfig,
                 key + " is no URL with scheme and host: " + curl_url_strerror(code));
  }
  return url;
}

// A part of the URL as text; empty if it has none.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

Result<EndpointUrl> parse_endpoint_url(const std::string& text, const std::string& key) {
  const Result<Url> url = parse(key, text);
  if (!url) return url.error();
  const std::string scheme = part(*url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return Error(Errc::kInvalidConfig, key + ": scheme " + scheme + " is not http or https");
  }
  EndpointUrl endpoint;
  for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS}) {
    endpoint.has_credentials |= !part(*url, secret).empty();
    curl_url_set(url->get(), secret, nullptr, 0);
  }
  curl_url_set(url->get(), CURLUPART_QUERY, nullptr, 0);
  curl_url_set(url->get(), CURLUPART_FRAGMENT, nullptr, 0);
  endpoint.printable = part(*url, CURLUPART_URL);
  return endpoint;
}

Result<void> check_proxy_url(const std::string& text) {
  constexpr std::array<std::string_view, 6> kSchemes = {"http",    "https",  "socks4",
                                                        "socks4a", "socks5", "socks5h"};
  const Result<Url> url = parse("proxy_url", text);
  if (!url) return url.error();
  const std::string scheme = part(*url, CURLUPART_SCHEME);
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) {
    return Error(Errc::kInvalidConfig,
                 "proxy_url: scheme " + scheme + " is not http, https or socks5");
  }
  return {};
}

std::string percent_encode(const std::string& text) {
  if (text.empty()) return {};  // else libcurl would look for its end
  char* const encoded = curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size()));
  CHECK(encoded != nullptr);
  std::string copy(encoded);
  curl_free(encoded);
  return copy;
}

}  // namespace bpfpush
