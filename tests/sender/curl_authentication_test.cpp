// As whom a CurlTransport comes: tokens, signatures, secrets in files, and what becomes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "curl_fixture.hpp"
#include "sender/request_headers.hpp"
#include "sigv4.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

TEST_F(CurlTransportTest, SendsATokenOfAnotherScheme) {
  CurlTransportOptions options = this->options();
  options.authorization = {"Token", {"", "hunter2"}};
  ASSERT_TRUE(post(*make(options)));
  EXPECT_EQ(receiver_.requests().at(0).header("Authorization"), "Token hunter2");
}

TEST_F(CurlTransportTest, DoesNotUseASecretThatEveryUserMayRead) {
  files_.files["/password"] = "hunter2";
  files_.world_readable.insert("/password");
  CurlTransportOptions options = this->options();
  options.basic_auth = {"user", {"/password"}};
  const auto transport = make(options);
  const auto reply = post(*transport);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, make_error_code(Errc::kInvalidConfig));
  EXPECT_THAT(reply.error().message(), HasSubstr("basic_auth.password_file /password may be read"));
  EXPECT_THAT(reply.error().message(), HasSubstr("chmod o-r"));
  EXPECT_THAT(reply.error().message(), Not(HasSubstr("hunter2")));
  EXPECT_EQ(receiver_.connections(), 0);
  files_.world_readable.clear();
  EXPECT_EQ(post(*transport)->status, 204);
}

TEST_F(CurlTransportTest, HidesSecretsThatAnAnswerQuotes) {
  files_.files["/token"] = "hunter2hunter2";
  CurlTransportOptions options = this->options();
  options.authorization = {"Bearer", {"/token"}};
  receiver_.answer(
      {.status = 401, .body = "bad Authorization: Bearer hunter2hunter2, X-Api-Key: abcdef, edge"});
  const auto reply = post(*make(options), "body", {{"X-Api-Key", "abcdef"}, {"X-Tenant", "edge"}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "bad Authorization: Bearer <secret>, X-Api-Key: <secret>, edge");
}

TEST_F(CurlTransportTest, HidesAPasswordThatAnAnswerQuotesAsItWasSent) {
  CurlTransportOptions options = this->options();
  options.basic_auth = {"user", {"", "secret"}};
  receiver_.answer({.status = 403, .body = "no: Basic dXNlcjpzZWNyZXQ=, that is user:secret"});
  EXPECT_EQ(post(*make(options))->body, "no: Basic <secret>, that is user:<secret>");
}

// An endpoint that takes tokens, and who gives them out.
class OAuth2Test : public CurlTransportTest {
 protected:
  OAuth2Test() { files_.files["/secret"] = "hunter2&co\n"; }

  CurlTransportOptions oauth2_options() const {
    CurlTransportOptions options = this->options();
    options.oauth2 = {"edge 1", {"/secret"}, issuer_.url()};
    return options;
  }

  void issue(const std::string& token, const std::string& rest = "") {
    issuer_.answer(
        {.status = 200,
         .body = R"({"access_token":")" + token + R"(","token_type":"bearer")" + rest + "}"});
  }

  std::string authorization(std::size_t request) {
    return receiver_.requests().at(request).header("Authorization");
  }

  MockReceiver issuer_{io_};
};

TEST_F(OAuth2Test, FetchesATokenAsTheClient) {
  CurlTransportOptions options = oauth2_options();
  options.oauth2->scopes = {"write", "read"};
  options.oauth2->endpoint_params = {{"audience", "a b"}};
  issue("T1");
  ASSERT_EQ(post(*make(options))->status, 204);
  EXPECT_EQ(authorization(0), "Bearer T1");
  const MockRequest& request = issuer_.requests().at(0);
  EXPECT_EQ(request.start_line, "POST /api/v1/write HTTP/1.1");
  EXPECT_EQ(request.header("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body, "grant_type=client_credentials&scope=write%20read&audience=a%20b");
  // "edge%201:hunter2%26co"
  EXPECT_EQ(request.header("Authorization"), "Basic ZWRnZSUyMDE6aHVudGVyMiUyNmNv");
}

TEST_F(OAuth2Test, TellsTheSecretInTheFormWhereTheIssuerWantsIt) {
  const auto transport = make(oauth2_options());
  issuer_.answer({.status = 401, .body = R"({"error":"invalid_client"})"});
  issue("T1", R"(,"expires_in":60)");
  issue("T2", R"(,"expires_in":60)");
  ASSERT_EQ(post(*transport)->status, 204);
  clock_.run_for(io_, 60s);
  ASSERT_EQ(post(*transport)->status, 204);
  EXPECT_EQ(issuer_.requests().at(1).body,
            "grant_type=client_credentials&client_id=edge%201&client_secret=hunter2%26co");
  EXPECT_EQ(issuer_.requests()[1].header("Authorization"), "");
  ASSERT_EQ(issuer_.requests().size(), 3);  // it is remembered
  EXPECT_EQ(authorization(1), "Bearer T2");
}

TEST_F(OAuth2Test, UsesATokenUntilShortlyBeforeItExpires) {
  const auto transport = make(oauth2_options());
  issue("T1", R"(,"expires_in":3600)");
  issue("T2", R"(,"expires_in":"3600")");
  issue("T3");
  ASSERT_TRUE(post(*transport));
  clock_.run_for(io_, 3589s);
  ASSERT_TRUE(post(*transport));
  clock_.run_for(io_, 2s);
  ASSERT_TRUE(post(*transport));
  clock_.run_for(io_, 3600s);
  ASSERT_TRUE(post(*transport));
  clock_.run_for(io_, 1000h);
  ASSERT_TRUE(post(*transport));
  EXPECT_EQ(authorization(0), "Bearer T1");
  EXPECT_EQ(authorization(1), "Bearer T1");
  EXPECT_EQ(authorization(2), "Bearer T2");
  EXPECT_EQ(authorization(3), "Bearer T3");
  EXPECT_EQ(authorization(4), "Bearer T3");
}

TEST_F(OAuth2Test, ReplacesATokenThatIsRefusedAndRepeatsTheRequest) {
  const auto transport = make(oauth2_options());
  issue("T1");
  issue("T2");
  ASSERT_EQ(post(*transport, "one")->status, 204);
  receiver_.answer({.status = 401});
  ASSERT_EQ(post(*transport, "two")->status, 204);
  EXPECT_EQ(authorization(1), "Bearer T1");
  EXPECT_EQ(authorization(2), "Bearer T2");
  EXPECT_EQ(receiver_.requests().at(2).body, "two");
}

TEST_F(OAuth2Test, DoesNotGoRoundWhereEveryTokenIsRefused) {
  const auto transport = make(oauth2_options());
  for (const char* token : {"T1", "T2", "T3"}) issue(token);
  receiver_.answer({.status = 401, .body = "not T1T1 yet"});
  EXPECT_EQ(post(*transport)->status, 401);
  EXPECT_EQ(issuer_.requests().size(), 1);
  receiver_.answer({.status = 401});
  EXPECT_EQ(post(*transport)->status, 401);
  EXPECT_EQ(issuer_.requests().size(), 2);
}

TEST_F(OAuth2Test, SaysWhyThereIsNoTokenWithoutSecrets) {
  struct Case {
    MockAnswer answer;
    const char* says;
  };
  const Case cases[] = {
      {{.status = 401, .body = R"({"error":"invalid_client"})"}, "status 401, invalid_client"},
      {{.status = 400, .body = R"({"error":"invalid_scope: hunter2&co"})"}, "status 400;"},
      {{.status = 503, .body = "hunter2&co"}, "status 503"},
      {{.status = 302, .headers = {{"Location", "http://h/"}}}, "status 302"},
      {{.status = 200, .body = "<html>hunter2&co</html>"}, "no access_token"},
      {{.status = 200, .body = R"({"access_token":"a\r\nX: b"})"}, "no access_token"},
      {{.status = 200, .body = R"({"access_token":"a","token_type":"b\r\nX"})"}, "no access_token"},
      {{.status = 200, .body = std::string(1 << 20, '[')}, "no access_token"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.says);
    MockReceiver issuer(io_);
    CurlTransportOptions options = oauth2_options();
    options.oauth2->token_url = issuer.url();
    issuer.answer(c.answer);
    issuer.answer(c.answer);
    const auto reply = post(*make(options));
    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().message(), HasSubstr("oauth2"));
    EXPECT_THAT(reply.error().message(), HasSubstr(c.says));
    EXPECT_THAT(reply.error().message(), Not(HasSubstr("hunter2")));
    EXPECT_TRUE(receiver_.requests().empty());
  }
}

// Requests signed for AWS.
class SigV4Test : public CurlTransportTest {
 protected:
  CurlTransportOptions signed_options() {
    files_.files["/key"] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n";
    CurlTransportOptions options = this->options();
    options.sigv4 = {"eu-west-1", "aps", {"", "AKIDEXAMPLE"}, {"/key"}};
    return options;
  }

  // What came last is signed as AWS computes it.
  void expect_signed() {
    const MockRequest& request = receiver_.requests().back();
    EXPECT_THAT(signature_part(request, "Credential"),
                MatchesRegex("AKIDEXAMPLE/[0-9]{8}/eu-west-1/aps/aws4_request"));
    EXPECT_EQ(signature_part(request, "Signature"),
              expected_signature(request, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
  }
};

TEST_F(SigV4Test, IsOverTheBodyAndTheHeaders) {
  const auto transport = make(signed_options());
  const std::string bodies[] = {std::string("\0\1 binary \xff", 11), "", std::string(3 << 20, 'x')};
  for (const std::string& body : bodies) {
    SCOPED_TRACE(body.size());
    const auto reply = post(*transport, body,
                            request_headers(ProtocolVersion::k1, Compression::kSnappy,
                                            {{"X-Scope-OrgID", "edge"}, {"X-Empty", ""}}));
    ASSERT_TRUE(reply) << reply.error().message();
    EXPECT_EQ(reply->status, 204);
    EXPECT_EQ(receiver_.requests().back().body, body);
    expect_signed();
  }
  EXPECT_THAT(signature_part(receiver_.requests().back(), "SignedHeaders"),
              HasSubstr("x-scope-orgid"));
}

TEST_F(SigV4Test, IsOverTheTokenOfTemporaryKeys) {
  CurlTransportOptions options = signed_options();
  options.sigv4->session_token = {"", "TOKEN"};
  ASSERT_TRUE(post(*make(options)));
  EXPECT_EQ(receiver_.requests().at(0).header("X-Amz-Security-Token"), "TOKEN");
  EXPECT_THAT(signature_part(receiver_.requests()[0], "SignedHeaders"),
              HasSubstr("x-amz-security-token"));
  expect_signed();
}

TEST_F(SigV4Test, FollowsItsKeyFile) {
  const auto transport = make(signed_options());
  ASSERT_TRUE(post(*transport));
  expect_signed();
  files_.files["/key"] = "another";
  ASSERT_TRUE(post(*transport));
  const MockRequest& request = receiver_.requests().back();
  EXPECT_EQ(signature_part(request, "Signature"), expected_signature(request, "another"));
}

}  // namespace
}  // namespace bpfpush
