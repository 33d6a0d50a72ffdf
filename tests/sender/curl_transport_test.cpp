// What CurlTransport puts on the wire and makes of answers.
#include "sender/curl_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "curl_fixture.hpp"
#include "sender/request_headers.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST_F(CurlTransportTest, DeliversTheBodyAndReturnsTheStatus) {
  const auto transport = make();
  const std::string body("\0\1\2 binary \xff", 12);
  const auto reply = post(*transport, body);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->status, 204);
  EXPECT_EQ(reply->body, "");
  EXPECT_FALSE(reply->retry_after);
  EXPECT_EQ(reply->location, "");
  ASSERT_EQ(receiver_.requests().size(), 1);
  EXPECT_EQ(receiver_.requests()[0].body, body);
}

TEST_F(CurlTransportTest, SendsExactlyTheseHeaders) {
  const auto transport = make();
  ASSERT_TRUE(post(*transport, "body",
                   request_headers(ProtocolVersion::k1, Compression::kSnappy,
                                   {{"X-Scope-OrgID", "edge"}, {"X-Empty", ""}})));
  const MockRequest& request = receiver_.requests().at(0);
  EXPECT_EQ(request.start_line, "POST /api/v1/write HTTP/1.1");
  EXPECT_THAT(
      request.headers,
      UnorderedElementsAre(Pair("Host", "127.0.0.1:" + std::to_string(receiver_.port())),
                           Pair("Accept", "*/*"), Pair("Accept-Encoding", HasSubstr("gzip")),
                           Pair("Content-Encoding", "snappy"), Pair("Content-Length", "4"),
                           Pair("Content-Type", "application/x-protobuf"),
                           Pair("User-Agent", "bpfpush/" BPFPUSH_VERSION),
                           Pair("X-Prometheus-Remote-Write-Version", "0.1.0"),
                           Pair("X-Scope-OrgID", "edge"), Pair("X-Empty", "")));
}

TEST_F(CurlTransportTest, RefusesHeadersThatWouldBreakTheRequest) {
  const auto transport = make();
  const auto reply = post(*transport, "body", {{"X", "a\r\nY: b"}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::kInvalidConfig);
  EXPECT_EQ(receiver_.connections(), 0);
  EXPECT_TRUE(post(*transport));
}

TEST_F(CurlTransportTest, ReturnsStatusAndBodyOfARefusal) {
  for (const int status : {200, 400, 409, 413, 429, 500, 503}) {
    SCOPED_TRACE(status);
    receiver_.answer({.status = status, .body = "out of order sample"});
    const auto transport = make();
    const auto reply = post(*transport);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, status);
    EXPECT_EQ(reply->body, "out of order sample");
    EXPECT_FALSE(reply->retry_after);
  }
}

std::string http_date(std::time_t time) {
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text, size};
}

TEST_F(CurlTransportTest, ReadsTheServersDate) {
  const auto transport = make();
  receiver_.answer({.status = 400, .headers = {{"Date", http_date(1'700'000'000)}}});
  EXPECT_EQ(post(*transport)->date, WallTime(1'700'000'000s));
  receiver_.answer({.status = 204, .headers = {{"Date", "soon"}}});
  EXPECT_EQ(post(*transport)->date, std::nullopt);
  EXPECT_EQ(post(*transport)->date, std::nullopt);
}

TEST_F(CurlTransportTest, ReadsHowMuchWasWritten) {
  const auto transport = make();
  receiver_.answer({.headers = {{"X-Prometheus-Remote-Write-Samples-Written", "12"},
                                {"x-prometheus-remote-write-histograms-written", "3"}}});
  const auto reply = post(*transport);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->written.is_said());
  EXPECT_EQ(reply->written.samples, 12u);
  EXPECT_EQ(reply->written.histograms, 3u);
  EXPECT_EQ(reply->written.exemplars, std::nullopt);
  for (const char* value : {"", "-1", "1.5", "99999999999999999999999", "many"}) {
    SCOPED_TRACE(value);
    receiver_.answer({.headers = {{"X-Prometheus-Remote-Write-Samples-Written", value}}});
    EXPECT_FALSE(post(*transport)->written.is_said());
  }
  EXPECT_FALSE(post(*transport)->written.is_said());
}

TEST_F(CurlTransportTest, ReadsRetryAfterAsSecondsOrDate) {
  const std::time_t now = std::time(nullptr);
  struct Case {
    std::string value;
    std::optional<std::chrono::seconds> low;
    std::optional<std::chrono::seconds> high;
  };
  const Case cases[] = {
      {"120", 120s, 120s},
      {"6", 6s, 6s},
      {http_date(now + 120), 90s, 120s},
      {http_date(now - 120), std::nullopt, std::nullopt},
      {"0", std::nullopt, std::nullopt},
      {"soon", std::nullopt, std::nullopt},
  };
  const auto transport = make();
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    receiver_.answer({.status = 429, .headers = {{"Retry-After", c.value}}});
    const auto reply = post(*transport);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 429);
    EXPECT_GE(reply->retry_after, c.low);
    EXPECT_LE(reply->retry_after, c.high);
  }
}

TEST_F(CurlTransportTest, ForgetsRetryAfterWithTheNextAnswer) {
  receiver_.answer({.status = 503, .headers = {{"Retry-After", "7"}}});
  const auto transport = make();
  ASSERT_EQ(post(*transport)->retry_after, 7s);
  EXPECT_FALSE(post(*transport)->retry_after);
}

TEST_F(CurlTransportTest, DoesNotFollowARedirect) {
  MockReceiver elsewhere(io_);
  files_.files["/password"] = "secret";
  CurlTransportOptions options = this->options();
  options.basic_auth = {"user", "/password"};
  const auto transport = make(options);
  for (const int status : {301, 302, 303, 307, 308}) {
    SCOPED_TRACE(status);
    receiver_.answer({.status = status, .headers = {{"Location", elsewhere.url() + "?token=x"}}});
    const auto reply = post(*transport);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, status);
    EXPECT_EQ(reply->location, elsewhere.url());
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_F(CurlTransportTest, TellsARelativeLocationWithoutCredentials) {
  CurlTransportOptions options = this->options();
  options.url = "http://user:secret@127.0.0.1:" + std::to_string(receiver_.port()) + "/w";
  receiver_.answer({.status = 302, .headers = {{"Location", "/login"}}});
  const auto reply = post(*make(options));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->location, "http://127.0.0.1:" + std::to_string(receiver_.port()) + "/login");
}

TEST_F(CurlTransportTest, DecodesACompressedBody) {
  // gzip of "out of order sample".
  const std::string gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x2f\x2d\x51\xc8\x4f\x53\xc8\x2f"
      "\x4a\x49\x2d\x52\x28\x4e\xcc\x2d\xc8\x49\x05\x00\x5c\xab\xac\x5d\x13\x00\x00\x00",
      39);
  receiver_.answer({.status = 400, .headers = {{"Content-Encoding", "gzip"}}, .body = gzip});
  const auto reply = post(*make());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(reply->body, "out of order sample");
}

TEST_F(CurlTransportTest, KeepsTheStatusOfABodyItCannotDecode) {
  for (const char* encoding : {"gzip", "x-unheard-of"}) {
    SCOPED_TRACE(encoding);
    receiver_.answer({.status = 400, .headers = {{"Content-Encoding", encoding}}, .body = "plain"});
    const auto reply = post(*make());
    ASSERT_TRUE(reply) << reply.error().message();
    EXPECT_EQ(reply->status, 400);
  }
}

TEST_F(CurlTransportTest, KeepsTheBeginOfALongBody) {
  const auto transport = make();
  receiver_.answer({.status = 500, .body = std::string(1'000'000, 'x')});
  const auto reply = post(*transport);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 500);
  EXPECT_EQ(reply->body, std::string(4096, 'x'));
  ASSERT_TRUE(post(*transport));
  EXPECT_EQ(receiver_.connections(), 1);
}

TEST_F(CurlTransportTest, EndsAnEndlessBodyAndKeepsItsStatus) {
  const auto transport = make();
  receiver_.answer({.status = 400, .body = std::string(32 << 20, 'x')});
  const auto reply = post(*transport);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(reply->body.size(), 4096);
  ASSERT_TRUE(post(*transport));
  EXPECT_EQ(receiver_.connections(), 2);
}

TEST_F(CurlTransportTest, UploadsALargeBodyWhole) {
  std::string body;
  for (int i = 0; body.size() < (8u << 20); ++i) body += std::to_string(i);
  const auto reply = post(*make(), body);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->status, 204);
  EXPECT_TRUE(receiver_.requests().at(0).body == body);
  EXPECT_EQ(receiver_.requests()[0].header("Expect"), "");
}

TEST_F(CurlTransportTest, SendsAnEmptyBody) {
  ASSERT_TRUE(post(*make(), ""));
  EXPECT_EQ(receiver_.requests().at(0).header("Content-Length"), "0");
}

TEST_F(CurlTransportTest, KeepsTheConnectionForTheNextRequest) {
  const auto transport = make();
  receiver_.answer({.status = 503, .body = "later"});
  ASSERT_EQ(post(*transport, "one")->status, 503);
  ASSERT_EQ(post(*transport, "two")->status, 204);
  EXPECT_EQ(receiver_.connections(), 1);
  EXPECT_EQ(receiver_.requests().at(1).body, "two");
}

TEST_F(CurlTransportTest, SendsBasicAuthAndFollowsItsPasswordFile) {
  files_.files["/password"] = "secret\n";
  CurlTransportOptions options = this->options();
  options.basic_auth = {"user", "/password"};
  const auto transport = make(options);
  ASSERT_TRUE(post(*transport));
  files_.files["/password"] = "new:secret\r\n";
  ASSERT_TRUE(post(*transport));
  EXPECT_EQ(receiver_.requests().at(0).header("Authorization"), "Basic dXNlcjpzZWNyZXQ=");
  EXPECT_EQ(receiver_.requests().at(1).header("Authorization"), "Basic dXNlcjpuZXc6c2VjcmV0");
}

TEST_F(CurlTransportTest, SendsABearerTokenAndFollowsItsFile) {
  files_.files["/token"] = "one\n";
  CurlTransportOptions options = this->options();
  options.authorization = {"Bearer", {"/token"}};
  const auto transport = make(options);
  ASSERT_TRUE(post(*transport));
  files_.files["/token"] = "two";
  ASSERT_TRUE(post(*transport));
  EXPECT_EQ(receiver_.requests().at(0).header("Authorization"), "Bearer one");
  EXPECT_EQ(receiver_.requests().at(1).header("Authorization"), "Bearer two");
}

TEST_F(CurlTransportTest, SendsTheCredentialsOfTheUrl) {
  CurlTransportOptions options = this->options();
  options.url = "http://user:secret@127.0.0.1:" + std::to_string(receiver_.port()) + "/w";
  ASSERT_TRUE(post(*make(options)));
  EXPECT_EQ(receiver_.requests().at(0).header("Authorization"), "Basic dXNlcjpzZWNyZXQ=");
}

TEST_F(CurlTransportTest, NamesTheSecretFileItCannotUse) {
  for (const bool is_there : {false, true}) {
    SCOPED_TRACE(is_there);
    if (is_there) files_.files["/token"] = "secret\r\nX-Other: header\n";
    CurlTransportOptions options = this->options();
    options.authorization = {"Bearer", {"/token"}};
    const auto reply = post(*make(options));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error(), is_there ? Error(Errc::kMalformed, "") : system_error(ENOENT, ""));
    EXPECT_THAT(reply.error().message(), HasSubstr("authorization.credentials_file /token"));
    EXPECT_THAT(reply.error().message(), Not(HasSubstr("secret")));
  }
  EXPECT_EQ(receiver_.connections(), 0);
}

TEST_F(CurlTransportTest, AsksTheProxyThatIsConfiguredAndNoOther) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("no_proxy", "host.invalid", 1);
  ASSERT_TRUE(post(*make()));
  CurlTransportOptions options = this->options();
  options.url = "http://host.invalid/w";
  options.proxy.url = "http://127.0.0.1:" + std::to_string(receiver_.port());
  const auto reply = post(*make(options));
  unsetenv("http_proxy");
  unsetenv("no_proxy");
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(receiver_.requests().at(1).start_line, "POST http://host.invalid/w HTTP/1.1");
}

TEST_F(CurlTransportTest, IsNotMadeOfBadOptions) {
  CurlTransportOptions options;
  options.url = "nonsense";
  const auto transport = CurlTransport::create(options, parts_);
  ASSERT_FALSE(transport);
  EXPECT_EQ(transport.error().code, Errc::kInvalidConfig);
}

}  // namespace
}  // namespace bpfpush
