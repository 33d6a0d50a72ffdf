#include "support/http_client.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <memory>

namespace bpfpush {
namespace {

constexpr long kTimeoutMs = 5'000;

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(char* text) const { curl_free(text); }
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

}  // namespace

Result<HttpReply> http_get(const std::string& url) {
  const std::unique_ptr<CURL, CurlDeleter> curl(curl_easy_init());
  HttpReply reply;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return Error{Errc::kUnavailable, url + ": " + curl_easy_strerror(code)};
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

std::string url_encode(const std::string& text) {
  const std::unique_ptr<char, CurlDeleter> encoded(
      curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())));
  return encoded.get();
}

}  // namespace bpfpush
