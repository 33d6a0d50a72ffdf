#include "sender/curl_exchange.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <utility>

#include "base/check.hpp"
#include "sender/curl_easy.hpp"
#include "sender/curl_error.hpp"
#include "sender/curl_url.hpp"
#include "sender/curl_written.hpp"
#include "sender/request_headers.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;

// Answers to a push are short. One that goes on past this is ended: its status is known, and the
// rest is of no use. Decoded, so that it also bounds what a compressed body may become.
constexpr std::size_t kBodyBytesMax = 1 << 20;
// Headers are kept by libcurl, which itself bounds only each line.
constexpr std::size_t kHeaderBytesMax = 64 << 10;
// A host that does not answer should not use up the whole time that a slow upload may need.
constexpr milliseconds kConnectTimeoutMax{10'000};
// Who reckons with what a server says should not have to think of overflow.
constexpr std::chrono::seconds kRetryAfterMax = std::chrono::hours(24);

Result<Slist> header_list(const HttpHeaders& headers, const Credentials& credentials) {
  Slist list;
  // Switched off: it costs a round trip, or a second where it is not understood. A signature would
  // be over it, though it is not sent.
  if (!credentials.signature) append(list, "Expect:");
  const auto add = [&list, &credentials](const std::string& name,
                                         const std::string& value) -> Result<void> {
    if (const Result<void> good = check_header(name, value); !good) return good;
    if (!value.empty()) {
      append(list, name + ": " + value);
    } else if (!credentials.signature) {  // libcurl signs it as "name;", and then sends "name:"
      append(list, name + ";");           // "name:" would remove it
    }
    return {};
  };
  for (const auto& [name, value] : headers) {
    if (const Result<void> added = add(name, value); !added) return added.error();
  }
  if (!credentials.authorization.empty()) {
    const Result<void> added = add("Authorization", credentials.authorization);
    if (!added) return added.error();
  }
  if (credentials.signature && !credentials.signature->session_token.empty()) {
    const Result<void> added = add("X-Amz-Security-Token", credentials.signature->session_token);
    if (!added) return added.error();
  }
  return list;
}

}  // namespace

class CurlExchange::Transfer final : public CurlTransfer {
 public:
  Transfer(CurlExchangeOptions options, CurlLoop& loop);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Hands the request to libcurl.
  Result<void> start(const HttpRequest& request, const Credentials& credentials);
  // Returns when the transfer has ended, or the coroutine is cancelled.
  asio::awaitable<void> wait();
  // What came of it. A transfer that still runs is abandoned.
  Result<HttpResponse> end();

 private:
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  void finished(int code) override;
  void configure();
  void configure_proxy();
  void configure_tls();
  void set_credentials(const Credentials& credentials);
  Error failure();
  HttpResponse response();

  CurlExchangeOptions options_;
  CurlLoop& loop_;
  asio::steady_timer finished_;  // never expires; cancelled when the transfer ends
  Slist headers_;
  char error_text_[CURL_ERROR_SIZE] = {};
  std::string body_;
  std::size_t body_bytes_ = 0;
  std::size_t header_bytes_ = 0;
  bool running_ = false;
  int code_ = CURLE_OK;
  Easy easy_;  // last: it points at what is above
};

CurlExchange::Transfer::Transfer(CurlExchangeOptions options, CurlLoop& loop)
    : options_(std::move(options)),
      loop_(loop),
      finished_(loop.executor(), asio::steady_timer::time_point::max()),
      easy_(curl_easy_init()) {
  CHECK(easy_);
  configure();
  configure_proxy();
  configure_tls();
}

CurlExchange::Transfer::~Transfer() {
  if (running_) loop_.stop(easy_.get());
}

void CurlExchange::Transfer::configure() {
  CURL* const easy = easy_.get();
  set<CURLOPT_URL>(easy, options_.url);
  set<CURLOPT_PROTOCOLS_STR>(easy, "http,https");
  set<CURLOPT_HTTP_VERSION>(
      easy, long{options_.enable_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1});
  set<CURLOPT_POST>(easy, 1L);
  set<CURLOPT_FOLLOWLOCATION>(easy, 0L);
  set<CURLOPT_NETRC>(easy, long{CURL_NETRC_IGNORED});
  set<CURLOPT_ACCEPT_ENCODING>(easy, "");  // whatever libcurl can decode

  set<CURLOPT_NOSIGNAL>(easy, 1L);
  // Without this, giving up on a name that resolves slowly would wait for the resolving thread, and
  // stop the whole loop.
  set<CURLOPT_QUICK_EXIT>(easy, 1L);
  const milliseconds connect_timeout = std::min(options_.timeout, kConnectTimeoutMax);
  set<CURLOPT_TIMEOUT_MS>(easy, long{options_.timeout.count()});
  set<CURLOPT_CONNECTTIMEOUT_MS>(easy, long{connect_timeout.count()});
  set<CURLOPT_EXPECT_100_TIMEOUT_MS>(easy, 1L);  // see header_list()

  set<CURLOPT_ERRORBUFFER>(easy, error_text_);
  set<CURLOPT_WRITEFUNCTION>(easy, &Transfer::on_body);
  set<CURLOPT_WRITEDATA>(easy, this);
  set<CURLOPT_HEADERFUNCTION>(easy, &Transfer::on_header);
  set<CURLOPT_HEADERDATA>(easy, this);
}

void CurlExchange::Transfer::configure_proxy() {
  CURL* const easy = easy_.get();
  // Empty strings also keep libcurl from looking into the environment.
  set<CURLOPT_PROXY>(easy, options_.proxy.url);
  set<CURLOPT_NOPROXY>(easy, options_.proxy.no_proxy);
  set<CURLOPT_PROXY_SSLVERSION>(easy, long{CURL_SSLVERSION_TLSv1_2});
}

void CurlExchange::Transfer::configure_tls() {
  CURL* const easy = easy_.get();
  const TlsOptions& tls = options_.tls;
  set<CURLOPT_SSLVERSION>(
      easy, long{tls.min_version == "TLS13" ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2});
  set<CURLOPT_SSL_VERIFYPEER>(easy, tls.insecure_skip_verify ? 0L : 1L);
  set<CURLOPT_SSL_VERIFYHOST>(easy, tls.insecure_skip_verify ? 0L : 2L);
  if (!tls.cert_file.empty()) {
    set<CURLOPT_SSLCERT>(easy, tls.cert_file);
    set<CURLOPT_SSLKEY>(easy, tls.key_file);
  }
  if (!tls.ca_file.empty()) {
    set<CURLOPT_CAINFO>(easy, tls.ca_file);
    set<CURLOPT_CAPATH>(easy, nullptr);  // else the system's certificates would be trusted as well
    set<CURLOPT_CA_CACHE_TIMEOUT>(easy, 0L);  // a new file is seen by the next connection
  }
}

void CurlExchange::Transfer::set_credentials(const Credentials& credentials) {
  CURL* const easy = easy_.get();
  if (const auto& basic = credentials.basic) {
    set<CURLOPT_HTTPAUTH>(easy, static_cast<long>(CURLAUTH_BASIC));
    set<CURLOPT_USERNAME>(easy, basic->username);
    set<CURLOPT_PASSWORD>(easy, basic->password);
  } else if (const auto& signature = credentials.signature) {
    set<CURLOPT_AWS_SIGV4>(easy, signature->scope);  // sets CURLOPT_HTTPAUTH
    set<CURLOPT_USERNAME>(easy, signature->access_key);
    set<CURLOPT_PASSWORD>(easy, signature->secret_key);
  } else {
    set<CURLOPT_USERNAME>(easy, nullptr);
    set<CURLOPT_PASSWORD>(easy, nullptr);
  }
}

Result<void> CurlExchange::Transfer::start(const HttpRequest& request,
                                           const Credentials& credentials) {
  CHECK(!running_);
  Result<Slist> headers = header_list(request.headers, credentials);
  if (!headers) return headers.error();
  set_credentials(credentials);
  headers_ = std::move(*headers);
  set<CURLOPT_HTTPHEADER>(easy_.get(), headers_.get());
  // With no body at all libcurl would ask a callback for one.
  const void* const body =
      request.body.empty() ? "" : static_cast<const void*>(request.body.data());
  set<CURLOPT_POSTFIELDS>(easy_.get(), body);
  set<CURLOPT_POSTFIELDSIZE_LARGE>(easy_.get(), static_cast<curl_off_t>(request.body.size()));
  body_.clear();
  body_bytes_ = 0;
  header_bytes_ = 0;
  error_text_[0] = '\0';
  running_ = true;
  loop_.start(easy_.get(), *this);
  return {};
}

asio::awaitable<void> CurlExchange::Transfer::wait() {
  co_await finished_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void CurlExchange::Transfer::finished(int code) {
  running_ = false;
  code_ = code;
  finished_.cancel();
}

Result<HttpResponse> CurlExchange::Transfer::end() {
  if (running_) {
    loop_.stop(easy_.get());
    running_ = false;
    return Error(asio::error::operation_aborted, options_.printable_url);
  }
  // The status stands even if its body was too long or could not be decoded.
  const bool cut = code_ == CURLE_WRITE_ERROR && body_bytes_ > kBodyBytesMax;
  if (code_ != CURLE_OK && code_ != CURLE_BAD_CONTENT_ENCODING && !cut) return failure();
  return response();
}

Error CurlExchange::Transfer::failure() {
  if (header_bytes_ > kHeaderBytesMax) {
    return curl_error(code_, options_.printable_url, "the answer has more than 64 KiB of headers");
  }
  return curl_error(code_, options_.printable_url, error_text_);
}

HttpResponse CurlExchange::Transfer::response() {
  CURL* const easy = easy_.get();
  HttpResponse response;
  response.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE));
  response.body = std::move(body_);
  const auto retry_after = info<curl_off_t>(easy, CURLINFO_RETRY_AFTER);
  if (retry_after > 0) {  // 0: none, < 0: past
    response.retry_after = std::min(std::chrono::seconds(retry_after), kRetryAfterMax);
  }
  response.written = written_counts(easy);
  curl_header* date = nullptr;
  if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK) {
    const std::time_t seconds = curl_getdate(date->value, nullptr);
    if (seconds >= 0) response.date = WallTime(std::chrono::seconds(seconds));
  }
  if (const char* location = info<char*>(easy, CURLINFO_REDIRECT_URL)) {
    const Result<EndpointUrl> url = parse_endpoint_url(location);
    response.location = url ? url->printable : "not an http or https URL";
  }
  return response;
}

std::size_t CurlExchange::Transfer::on_body(char* bytes, std::size_t size, std::size_t count,
                                            void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t got = size * count;
  const std::size_t kept_max = transfer.options_.body_bytes_kept;
  transfer.body_.append(bytes, std::min(got, kept_max - transfer.body_.size()));
  transfer.body_bytes_ += got;
  return transfer.body_bytes_ > kBodyBytesMax ? 0 : got;  // anything but `got` ends the transfer
}

std::size_t CurlExchange::Transfer::on_header(char*, std::size_t size, std::size_t count,
                                              void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.header_bytes_ += size * count;
  return transfer.header_bytes_ > kHeaderBytesMax ? 0 : size * count;
}

CurlExchange::CurlExchange(CurlExchangeOptions options, CurlLoop& loop)
    : transfer_(std::make_unique<Transfer>(std::move(options), loop)) {}

CurlExchange::~CurlExchange() = default;

asio::awaitable<Result<HttpResponse>> CurlExchange::post(HttpRequest request,
                                                         Credentials credentials) {
  const Result<void> started = transfer_->start(request, credentials);
  if (!started) co_return started.error();
  co_await transfer_->wait();
  co_return transfer_->end();
}

}  // namespace bpfpush
