#include "sender/curl_transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <type_traits>
#include <utility>

#include "base/check.hpp"
#include "sender/curl_error.hpp"
#include "sender/curl_url.hpp"
#include "sender/request_headers.hpp"
#include "sender/secret_file.hpp"

namespace bpfpush {
namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBodyBytesKept = 4096;
// Answers to a push are short. One that goes on past this is ended: its status is known, and the
// rest is of no use.
constexpr std::size_t kBodyBytesMax = 1 << 20;
// A host that does not answer should not use up the whole time that a slow upload may need.
constexpr milliseconds kConnectTimeoutMax{10'000};

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct SlistCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistCleanup>;

// curl_easy_setopt() takes anything for anything; this takes only the type that the option is
// documented to have.
template <CURLoption Option, typename Value>
void set(CURL* easy, Value value) {
  constexpr int kKind = Option / 10'000 * 10'000;
  static_assert(kKind != CURLOPTTYPE_LONG || std::is_same_v<Value, long>);
  static_assert(kKind != CURLOPTTYPE_OFF_T || std::is_same_v<Value, curl_off_t>);
  static_assert(kKind != CURLOPTTYPE_OBJECTPOINT ||
                (std::is_pointer_v<Value> && !std::is_function_v<std::remove_pointer_t<Value>>) ||
                std::is_null_pointer_v<Value>);
  static_assert(kKind != CURLOPTTYPE_FUNCTIONPOINT ||
                std::is_function_v<std::remove_pointer_t<Value>>);
  CHECK(curl_easy_setopt(easy, Option, value) == CURLE_OK);
}

template <CURLoption Option>
void set(CURL* easy, const std::string& text) {
  set<Option>(easy, text.c_str());
}

template <typename Value>
Value info(CURL* easy, CURLINFO which) {
  Value value{};
  CHECK(curl_easy_getinfo(easy, which, &value) == CURLE_OK);
  return value;
}

void append(Slist& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  CHECK(longer != nullptr);
  if (!list) list.reset(longer);  // else it has the same head as before
}

Result<Slist> header_list(const HttpHeaders& headers) {
  Slist list;
  append(list,
         "Expect:");  // switched off: it costs a round trip, or a second where it is not understood
  for (const auto& [name, value] : headers) {
    if (const Result<void> good = check_header(name, value); !good) return good.error();
    append(list, value.empty() ? name + ";" : name + ": " + value);  // "name:" would remove it
  }
  return list;
}

}  // namespace

// One easy handle and all that it points at, which therefore never moves.
class CurlTransport::Exchange final : public CurlTransfer {
 public:
  Exchange(CurlTransportOptions options, std::string printable_url, CurlLoop& loop,
           const Filesystem& filesystem);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Hands the request to libcurl.
  Result<void> start(const HttpRequest& request);
  // Returns when the transfer has ended, or the coroutine is cancelled.
  asio::awaitable<void> wait();
  // What came of it. A transfer that still runs is abandoned.
  Result<HttpResponse> end();

 private:
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  void finished(int code) override;
  void configure();
  void configure_tls();
  Result<void> set_credentials();

  CurlTransportOptions options_;
  std::string printable_url_;
  CurlLoop& loop_;
  const Filesystem& filesystem_;
  asio::steady_timer finished_;  // never expires; cancelled when the transfer ends
  Slist headers_;
  char error_text_[CURL_ERROR_SIZE] = {};
  std::string body_;
  std::size_t body_bytes_ = 0;
  bool running_ = false;
  int code_ = CURLE_OK;
  std::unique_ptr<CURL, EasyCleanup> easy_;  // last: it points at what is above
};

CurlTransport::Exchange::Exchange(CurlTransportOptions options, std::string printable_url,
                                  CurlLoop& loop, const Filesystem& filesystem)
    : options_(std::move(options)),
      printable_url_(std::move(printable_url)),
      loop_(loop),
      filesystem_(filesystem),
      finished_(loop.executor(), asio::steady_timer::time_point::max()),
      easy_(curl_easy_init()) {
  CHECK(easy_);
  configure();
  configure_tls();
}

CurlTransport::Exchange::~Exchange() {
  if (running_) loop_.stop(easy_.get());
}

void CurlTransport::Exchange::configure() {
  CURL* const easy = easy_.get();
  set<CURLOPT_URL>(easy, options_.url);
  set<CURLOPT_PROTOCOLS_STR>(easy, "http,https");
  set<CURLOPT_HTTP_VERSION>(easy, long{CURL_HTTP_VERSION_2TLS});
  set<CURLOPT_POST>(easy, 1L);
  set<CURLOPT_FOLLOWLOCATION>(easy, 0L);
  set<CURLOPT_NETRC>(easy, long{CURL_NETRC_IGNORED});
  set<CURLOPT_ACCEPT_ENCODING>(easy, "");  // whatever libcurl can decode

  // An empty string also keeps libcurl from looking into the environment.
  set<CURLOPT_PROXY>(easy, options_.proxy_url);
  set<CURLOPT_NOPROXY>(easy, "");

  set<CURLOPT_NOSIGNAL>(easy, 1L);
  // Without this, giving up on a name that resolves slowly would wait for the resolving thread, and
  // stop the whole loop.
  set<CURLOPT_QUICK_EXIT>(easy, 1L);
  const milliseconds connect_timeout = std::min(options_.timeout, kConnectTimeoutMax);
  set<CURLOPT_TIMEOUT_MS>(easy, long{options_.timeout.count()});
  set<CURLOPT_CONNECTTIMEOUT_MS>(easy, long{connect_timeout.count()});

  set<CURLOPT_ERRORBUFFER>(easy, error_text_);
  set<CURLOPT_WRITEFUNCTION>(easy, &Exchange::on_body);
  set<CURLOPT_WRITEDATA>(easy, this);
}

void CurlTransport::Exchange::configure_tls() {
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
  }
}

Result<void> CurlTransport::Exchange::set_credentials() {
  if (options_.basic_auth) {
    const Result<std::string> password =
        read_secret(filesystem_, "basic_auth.password_file", options_.basic_auth->password_file);
    if (!password) return password.error();
    set<CURLOPT_HTTPAUTH>(easy_.get(), static_cast<long>(CURLAUTH_BASIC));
    set<CURLOPT_USERNAME>(easy_.get(), options_.basic_auth->username);
    set<CURLOPT_PASSWORD>(easy_.get(), *password);
  }
  if (!options_.bearer_token_file.empty()) {
    const Result<std::string> token =
        read_secret(filesystem_, "bearer_token_file", options_.bearer_token_file);
    if (!token) return token.error();
    set<CURLOPT_HTTPAUTH>(easy_.get(), static_cast<long>(CURLAUTH_BEARER));
    set<CURLOPT_XOAUTH2_BEARER>(easy_.get(), *token);
  }
  return {};
}

Result<void> CurlTransport::Exchange::start(const HttpRequest& request) {
  CHECK(!running_);
  Result<Slist> headers = header_list(request.headers);
  if (!headers) return headers.error();
  if (const Result<void> set = set_credentials(); !set) return set.error();
  headers_ = std::move(*headers);
  set<CURLOPT_HTTPHEADER>(easy_.get(), headers_.get());
  // With no body at all libcurl would ask a callback for one.
  const void* const body =
      request.body.empty() ? "" : static_cast<const void*>(request.body.data());
  set<CURLOPT_POSTFIELDS>(easy_.get(), body);
  set<CURLOPT_POSTFIELDSIZE_LARGE>(easy_.get(), static_cast<curl_off_t>(request.body.size()));
  body_.clear();
  body_bytes_ = 0;
  error_text_[0] = '\0';
  running_ = true;
  loop_.start(easy_.get(), *this);
  return {};
}

asio::awaitable<void> CurlTransport::Exchange::wait() {
  co_await finished_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void CurlTransport::Exchange::finished(int code) {
  running_ = false;
  code_ = code;
  finished_.cancel();
}

Result<HttpResponse> CurlTransport::Exchange::end() {
  CURL* const easy = easy_.get();
  if (running_) {
    loop_.stop(easy);
    running_ = false;
    return Error(asio::error::operation_aborted, printable_url_);
  }
  // The status stands even if its body was too long or could not be decoded.
  const bool cut = code_ == CURLE_WRITE_ERROR && body_bytes_ > kBodyBytesMax;
  if (code_ != CURLE_OK && code_ != CURLE_BAD_CONTENT_ENCODING && !cut) {
    return curl_error(code_, printable_url_, error_text_);
  }
  HttpResponse response;
  response.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE));
  response.body = std::move(body_);
  const auto retry_after = info<curl_off_t>(easy, CURLINFO_RETRY_AFTER);
  if (retry_after > 0)
    response.retry_after = std::chrono::seconds(retry_after);  // 0: none, < 0: past
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

std::size_t CurlTransport::Exchange::on_body(char* bytes, std::size_t size, std::size_t count,
                                             void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::size_t got = size * count;
  exchange.body_.append(bytes, std::min(got, kBodyBytesKept - exchange.body_.size()));
  exchange.body_bytes_ += got;
  return exchange.body_bytes_ > kBodyBytesMax ? 0 : got;  // anything but `got` ends the transfer
}

Result<std::unique_ptr<CurlTransport>> CurlTransport::create(CurlTransportOptions options,
                                                             CurlLoop& loop,
                                                             const Filesystem& filesystem) {
  const Result<EndpointUrl> url = check(options);
  if (!url) return url.error();
  auto exchange = std::make_unique<Exchange>(std::move(options), url->printable, loop, filesystem);
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(exchange)));
}

CurlTransport::CurlTransport(std::unique_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

CurlTransport::~CurlTransport() = default;

asio::awaitable<Result<HttpResponse>> CurlTransport::post(HttpRequest request) {
  if (const Result<void> started = exchange_->start(request); !started) co_return started.error();
  co_await exchange_->wait();
  co_return exchange_->end();
}

}  // namespace bpfpush
