// CurlTransport over TLS, HTTP/2 and IPv6, and through proxies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "curl_fixture.hpp"
#include "sender/curl_error.hpp"
#include "support/connect_proxy.hpp"
#include "support/http2_receiver.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_front.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A receiver behind TLS, and what its clients need. libcurl reads certificates from the disk.
class CurlTlsTest : public CurlTransportTest {
 protected:
  CurlTransportOptions tls_options(const TlsFront& front) const {
    CurlTransportOptions options;
    options.url = front.url();
    options.tls.ca_file = ca_file_;
    return options;
  }

  // Sets the client's certificate in `options`.
  void identify(CurlTransportOptions& options, const Identity& identity) {
    options.tls.cert_file = directory_.write("cert.pem", identity.certificate);
    options.tls.key_file = directory_.write("key.pem", identity.key);
    files_.files[options.tls.key_file] = identity.key;
  }

  // Nothing of it arrives, and the message says so.
  void expect_refused(const CurlTransportOptions& options, const std::string& says) {
    const auto reply = post(*make(options));
    ASSERT_FALSE(reply);
    EXPECT_EQ(&reply.error().code.category(), &curl_category());
    EXPECT_THAT(reply.error().message(), HasSubstr(says));
    EXPECT_TRUE(receiver_.requests().empty());
  }

  const TemporaryDirectory directory_;
  const Authority authority_{"ours"};
  const std::string ca_file_ = directory_.write("ca.pem", authority_.certificate());
};

TEST_F(CurlTlsTest, DeliversToACertificateOfItsAuthorityAndKeepsTheConnection) {
  TlsFront front(io_, {authority_.issue("receiver")}, receiver_.port());
  const auto transport = make(tls_options(front));
  for (const char* body : {"one", "two", "three"}) {
    const auto reply = post(*transport, body);
    ASSERT_TRUE(reply) << reply.error().message();
    EXPECT_EQ(reply->status, 204);
  }
  EXPECT_EQ(front.handshakes(), 1);
  EXPECT_EQ(receiver_.requests().size(), 3);
}

TEST_F(CurlTlsTest, RefusesACertificateThatIsNotOfItsAuthority) {
  TlsFront front(io_, {Authority("theirs").issue("receiver")}, receiver_.port());
  expect_refused(tls_options(front), "tls_config.ca_file");
}

TEST_F(CurlTlsTest, RefusesACertificateThatTheSystemDoesNotKnow) {
  TlsFront front(io_, {authority_.issue("receiver")}, receiver_.port());
  CurlTransportOptions options = tls_options(front);
  options.tls.ca_file.clear();
  expect_refused(options, "tls_config.ca_file");
}

TEST_F(CurlTlsTest, RefusesACertificateThatHasExpired) {
  TlsFront front(io_, {authority_.issue("receiver", -1h)}, receiver_.port());
  expect_refused(tls_options(front), "expired");
}

TEST_F(CurlTlsTest, RefusesACertificateOfAnotherHost) {
  TlsFront front(io_, {authority_.issue("receiver")}, receiver_.port());
  CurlTransportOptions options = tls_options(front);
  options.url = "https://127.0.0.2:" + std::to_string(front.port()) + "/w";
  ConnectProxy proxy(io_, front.port());  // which leads there all the same
  options.proxy.url = proxy.url();
  expect_refused(options, "127.0.0.2");
}

TEST_F(CurlTlsTest, TakesAnyCertificateIfToldToAndSaysSoLoudly) {
  TlsFront front(io_, {Authority("theirs").issue("receiver", -1h)}, receiver_.port());
  CurlTransportOptions options = tls_options(front);
  options.tls.insecure_skip_verify = true;
  testing::internal::CaptureStderr();
  const auto transport = make(options);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("level=warning msg=\"insecure_skip_verify is set"));
  EXPECT_THAT(log, HasSubstr(front.url()));
  EXPECT_EQ(post(*transport)->status, 204);
}

TEST_F(CurlTlsTest, ShowsItsOwnCertificateToAReceiverThatAsks) {
  TlsFront front(io_, {authority_.issue("receiver"), authority_.certificate()}, receiver_.port());
  CurlTransportOptions options = tls_options(front);
  identify(options, authority_.issue("edge-1"));
  const auto reply = post(*make(options));
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(front.client(), "edge-1");
}

TEST_F(CurlTlsTest, IsRefusedWithoutACertificateOrWithAnothers) {
  TlsFront front(io_, {authority_.issue("receiver"), authority_.certificate()}, receiver_.port());
  EXPECT_FALSE(post(*make(tls_options(front))));
  CurlTransportOptions options = tls_options(front);
  identify(options, Authority("theirs").issue("edge-1"));
  EXPECT_FALSE(post(*make(options)));
  EXPECT_EQ(front.handshakes(), 0);
}

TEST_F(CurlTlsTest, RefusesAKeyThatDoesNotBelongToTheCertificate) {
  TlsFront front(io_, {authority_.issue("receiver"), authority_.certificate()}, receiver_.port());
  CurlTransportOptions options = tls_options(front);
  Identity mixed = authority_.issue("edge-1");
  mixed.key = authority_.issue("edge-2").key;
  identify(options, mixed);
  expect_refused(options, "tls_config.cert_file and key_file");
}

TEST_F(CurlTlsTest, DoesNotUseAKeyThatEveryUserMayRead) {
  TlsFront front(io_, {authority_.issue("receiver"), authority_.certificate()}, receiver_.port());
  CurlTransportOptions options = tls_options(front);
  identify(options, authority_.issue("edge-1"));
  files_.world_readable.insert(options.tls.key_file);
  const auto reply = post(*make(options));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message(), HasSubstr("tls_config.key_file " + options.tls.key_file));
  EXPECT_THAT(reply.error().message(), HasSubstr("chmod o-r"));
}

TEST_F(CurlTlsTest, SpeaksNoVersionBefore12) {
  TlsFront front(io_, {.identity = authority_.issue("receiver"), .version_max = TLS1_1_VERSION},
                 receiver_.port());
  expect_refused(tls_options(front), "");
  TlsFront newer(io_, {.identity = authority_.issue("receiver"), .version_max = TLS1_2_VERSION},
                 receiver_.port());
  CurlTransportOptions options = tls_options(newer);
  EXPECT_TRUE(post(*make(options)));
  options.tls.min_version = "TLS13";
  EXPECT_FALSE(post(*make(options)));
}

TEST_F(CurlTlsTest, SpeaksHttp2ToWhoOffersIt) {
  Http2Receiver receiver(io_);
  TlsFront front(io_, {.identity = authority_.issue("receiver"), .protocol = "h2"},
                 receiver.port());
  CurlTransportOptions options = tls_options(front);
  const auto transport = make(options);
  for (const char* body : {"one", "two"}) {
    const auto reply = post(*transport, body);
    ASSERT_TRUE(reply) << reply.error().message();
    EXPECT_EQ(reply->status, 204);
  }
  EXPECT_THAT(receiver.bodies(), ElementsAre("one", "two"));
  EXPECT_EQ(receiver.connections(), 1);
  EXPECT_THAT(front.offered(), Contains("h2"));
}

TEST_F(CurlTlsTest, OffersNoHttp2IfToldNotTo) {
  TlsFront front(io_, {.identity = authority_.issue("receiver"), .protocol = "h2"},
                 receiver_.port());
  CurlTransportOptions options = tls_options(front);
  options.enable_http2 = false;
  EXPECT_EQ(post(*make(options))->status, 204);
  EXPECT_THAT(front.offered(), Not(Contains("h2")));
}

TEST_F(CurlTlsTest, GoesThroughAProxyThatSeesNothingOfIt) {
  TlsFront front(io_, {authority_.issue("receiver")}, receiver_.port());
  ConnectProxy proxy(io_, front.port());
  files_.files["/token"] = "hunter2";
  CurlTransportOptions options = tls_options(front);
  options.url = "https://receiver.test/api/v1/write";
  options.proxy.url = proxy.url();
  options.authorization = {"Bearer", {"/token"}};
  const auto transport = make(options);
  const auto reply = post(*transport, "body", {{"X-Scope-OrgID", "edge"}});
  ASSERT_TRUE(reply) << reply.error().message();
  ASSERT_TRUE(post(*transport));
  ASSERT_EQ(proxy.requests().size(), 1);  // the tunnel is kept
  EXPECT_THAT(proxy.requests()[0], StartsWith("CONNECT receiver.test:443 HTTP/1.1\r\n"));
  EXPECT_THAT(proxy.requests()[0], Not(HasSubstr("hunter2")));
  EXPECT_THAT(proxy.requests()[0], Not(HasSubstr("edge")));
  EXPECT_EQ(receiver_.requests().at(0).header("Authorization"), "Bearer hunter2");
}

TEST_F(CurlTlsTest, SaysThatTheProxyRefuses) {
  TlsFront front(io_, {authority_.issue("receiver")}, receiver_.port());
  ConnectProxy proxy(io_, front.port());
  proxy.refuse("403 Forbidden");
  CurlTransportOptions options = tls_options(front);
  options.proxy.url = proxy.url();
  expect_refused(options, "403");
}

TEST_F(CurlTlsTest, ShowsTheProxysPasswordToTheProxyAlone) {
  TlsFront front(io_, {authority_.issue("receiver")}, receiver_.port());
  ConnectProxy proxy(io_, front.port());
  CurlTransportOptions options = tls_options(front);
  options.proxy.url = "http://user:secret@" + proxy.url().substr(std::size("http://") - 1);
  ASSERT_TRUE(post(*make(options)));
  EXPECT_THAT(proxy.requests().at(0), HasSubstr("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"));
  EXPECT_EQ(receiver_.requests().at(0).header("Proxy-Authorization"), "");
  ConnectProxy refusing(io_, front.port());
  refusing.refuse("407 Proxy Authentication Required");
  options.proxy.url = "http://user:secret@" + refusing.url().substr(std::size("http://") - 1);
  const auto reply = post(*make(options));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message(), Not(HasSubstr("secret")));
}

TEST_F(CurlTlsTest, AsksNoProxyForHostsThatAreExcepted) {
  ConnectProxy proxy(io_, receiver_.port());
  CurlTransportOptions options = this->options();
  options.proxy = {proxy.url(), "example.org,127.0.0.1"};
  ASSERT_TRUE(post(*make(options)));
  EXPECT_TRUE(proxy.requests().empty());
}

TEST_F(CurlTransportTest, DeliversOverIpv6) {
  MockReceiver receiver(io_, boost::asio::ip::address_v6::loopback());
  CurlTransportOptions options;
  options.url = receiver.url();
  ASSERT_THAT(options.url, StartsWith("http://[::1]:"));
  const auto reply = post(*make(options));
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(receiver.requests().at(0).header("Host"), "[::1]:" + std::to_string(receiver.port()));
}

}  // namespace
}  // namespace bpfpush
