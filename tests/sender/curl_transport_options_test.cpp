#include "sender/curl_transport_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bpfpush {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EndpointUrl, IsPrintedWithoutItsSecrets) {
  struct Case {
    const char* url;
    const char* printable;
    bool has_credentials;
  };
  const Case cases[] = {
      {"http://host/api/v1/write", "http://host/api/v1/write", false},
      {"https://host:8443/push", "https://host:8443/push", false},
      {"http://host", "http://host/", false},
      {"http://[::1]:9090/w", "http://[::1]:9090/w", false},
      {"https://user:secret@host/w", "https://host/w", true},
      {"https://user@host/w", "https://host/w", true},
      {"https://:secret@host/w", "https://host/w", true},
      {"https://host/w?token=secret#secret", "https://host/w", false},
      {"HTTP://Host/w", "http://Host/w", false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.url);
    const auto url = parse_endpoint_url(c.url);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->printable, c.printable);
    EXPECT_EQ(url->has_credentials, c.has_credentials);
  }
}

TEST(EndpointUrl, IsRefusedUnlessItIsCompleteAndHttp) {
  const char* const urls[] = {"",
                              "host/api",
                              "secret.example:9090",
                              "ftp://user:secret@host/",
                              "file:///etc/secret",
                              "http://",
                              "http://secret host/",
                              "http://host:secret/",
                              "gopher://secret/",
                              "nonsense://secret/"};
  for (const char* url : urls) {
    SCOPED_TRACE(url);
    const auto parsed = parse_endpoint_url(url);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::kInvalidConfig);
    EXPECT_THAT(parsed.error().message(), HasSubstr("url"));
    EXPECT_THAT(parsed.error().message(), Not(HasSubstr("secret")));
  }
}

TEST(ProxyUrl, IsOfAKindThereIs) {
  for (const char* url : {"http://proxy:3128", "https://u:p@proxy", "socks5h://localhost:1080"}) {
    EXPECT_TRUE(check_proxy_url(url)) << url;
  }
  for (const char* url : {"proxy:3128", "ftp://u:secret@proxy", "", "http://u:secret@:80 80"}) {
    SCOPED_TRACE(url);
    const auto good = check_proxy_url(url);
    ASSERT_FALSE(good);
    EXPECT_EQ(good.error().code, Errc::kInvalidConfig);
    EXPECT_THAT(good.error().message(), HasSubstr("proxy_url"));
    EXPECT_THAT(good.error().message(), Not(HasSubstr("secret")));
  }
}

CurlTransportOptions good_options() {
  CurlTransportOptions options;
  options.url = "https://host/api/v1/write";
  return options;
}

TEST(CurlTransportOptions, AreGoodWithAUrlAlone) {
  const auto url = check(good_options());
  ASSERT_TRUE(url);
  EXPECT_EQ(url->printable, "https://host/api/v1/write");
}

TEST(CurlTransportOptions, MayHaveCredentialsOnce) {
  for (int i = 0; i < 5; ++i) {
    SCOPED_TRACE(i);
    CurlTransportOptions options = good_options();
    if (i == 0) options.url = "https://user:secret@host/w";
    if (i == 1) options.basic_auth = {"user", "/password"};
    if (i == 2) options.authorization = {"Bearer", {"/token"}};
    if (i == 3) options.oauth2 = {"id", {"/secret"}, "https://host/token"};
    if (i == 4) options.sigv4 = {"eu-west-1", "aps", {"/id"}, {"/key"}};
    EXPECT_TRUE(check(options));
  }
}

TEST(CurlTransportOptions, SayWhichKeyIsWrong) {
  struct Case {
    const char* says;
    void (*spoil)(CurlTransportOptions&);
  };
  const Case cases[] = {
      {"url", [](CurlTransportOptions& o) { o.url = "host"; }},
      {"proxy_url", [](CurlTransportOptions& o) { o.proxy.url = "host"; }},
      {"min_version", [](CurlTransportOptions& o) { o.tls.min_version = "TLS10"; }},
      {"key_file", [](CurlTransportOptions& o) { o.tls.cert_file = "/cert.pem"; }},
      {"cert_file", [](CurlTransportOptions& o) { o.tls.key_file = "/key.pem"; }},
      {"remote_timeout", [](CurlTransportOptions& o) { o.timeout = std::chrono::seconds(0); }},
      {"oauth2.token_url", [](CurlTransportOptions& o) { o.oauth2 = {"id", {"/s"}, "host/t"}; }},
      {"oauth2.tls_config",
       [](CurlTransportOptions& o) {
         o.oauth2 = {"id", {"/secret"}, "https://host/token"};
         o.oauth2->tls.cert_file = "/cert.pem";
       }},
      {"authorization",
       [](CurlTransportOptions& o) {
         o.basic_auth = {"user", "/password"};
         o.authorization = {"Bearer", {"/token"}};
       }},
      {"basic_auth",
       [](CurlTransportOptions& o) {
         o.url = "https://user:secret@host/";
         o.basic_auth = {"user", "/password"};
       }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.says);
    CurlTransportOptions options = good_options();
    c.spoil(options);
    const auto url = check(options);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().code, Errc::kInvalidConfig);
    EXPECT_THAT(url.error().message(), HasSubstr(c.says));
    EXPECT_THAT(url.error().message(), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace bpfpush
