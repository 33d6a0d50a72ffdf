// What the configuration says of an endpoint's connection, and as whom we come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "config/config.hpp"
#include "config/test_environment.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

// An endpoint with these further lines.
Result<Config> parsed(const std::string& lines, std::map<std::string, std::string> variables = {}) {
  variables.emplace("SITE", "berlin");
  variables.emplace("BREAK", "a\nb");
  return parse_config("remote_write:\n  - url: https://h/\n    " + lines, "f.yaml",
                      environment_of(variables));
}

RemoteWriteConfig endpoint_of(const std::string& lines,
                              const std::map<std::string, std::string>& variables = {}) {
  return parsed(lines, variables).value().remote_write.at(0);
}

TEST(Connection, ReadsASecretFromAFileOrTheEnvironment) {
  const BasicAuthConfig file{"u", {"/password", ""}};
  EXPECT_EQ(endpoint_of("basic_auth: {username: u, password_file: /password}").basic_auth, file);
  const BasicAuthConfig variable{"u", {"", "berlin"}};
  EXPECT_EQ(endpoint_of("basic_auth: {username: u, password: '${SITE}'}").basic_auth, variable);
}

TEST(Connection, ReadsATokenOfAnyScheme) {
  const AuthorizationConfig bearer{"Bearer", {"/t", ""}};
  EXPECT_EQ(endpoint_of("authorization: {credentials_file: /t}").authorization, bearer);
  EXPECT_EQ(endpoint_of("bearer_token_file: /t").authorization, bearer);
  const AuthorizationConfig token{"Token", {"", "berlin"}};
  EXPECT_EQ(endpoint_of("authorization: {type: Token, credentials: '${SITE}'}").authorization,
            token);
}

TEST(Connection, ReadsOAuth2) {
  const auto endpoint = endpoint_of(R"(oauth2:
      client_id: edge
      client_secret_file: /secret
      token_url: https://login.example/token
      scopes: [write, read]
      endpoint_params: {audience: metrics}
      tls_config: {ca_file: /ca}
      proxy_url: http://p:3128
)");
  ASSERT_TRUE(endpoint.oauth2);
  EXPECT_EQ(endpoint.oauth2->client_id, "edge");
  EXPECT_EQ(endpoint.oauth2->client_secret.file, "/secret");
  EXPECT_EQ(endpoint.oauth2->token_url, "https://login.example/token");
  EXPECT_THAT(endpoint.oauth2->scopes, ElementsAre("write", "read"));
  EXPECT_THAT(endpoint.oauth2->endpoint_params, ElementsAre(Pair("audience", "metrics")));
  EXPECT_EQ(endpoint.oauth2->tls.ca_file, "/ca");
  EXPECT_EQ(endpoint.oauth2->proxy.url, "http://p:3128");
  EXPECT_EQ(endpoint.tls, TlsConfig());
}

TEST(Connection, ReadsSigV4) {
  const auto endpoint = endpoint_of(
      "sigv4: {region: eu-west-1, access_key: AKID, secret_key_file: /key, "
      "session_token: '${SITE}'}");
  const SigV4Config want{"eu-west-1", "aps", {"", "AKID"}, {"/key", ""}, {"", "berlin"}};
  EXPECT_EQ(endpoint.sigv4, want);
}

TEST(Connection, AsksTheProxyOfTheEnvironmentIfToldTo) {
  struct Case {
    const char* name;
    std::map<std::string, std::string> variables;
    ProxyConfig want;
  };
  const Case cases[] = {
      {"none", {}, {}},
      {"of the scheme",
       {{"http_proxy", "http://a:1"}, {"https_proxy", "http://b:2"}},
       {"http://b:2", ""}},
      {"in capitals",
       {{"HTTPS_PROXY", "http://b:2"}, {"NO_PROXY", "x.example"}},
       {"http://b:2", "x.example"}},
      {"both", {{"https_proxy", "http://b:2"}, {"HTTPS_PROXY", "http://c:3"}}, {"http://b:2", ""}},
      {"without a scheme", {{"https_proxy", "b:2"}}, {"http://b:2", ""}},
      {"with a password", {{"https_proxy", "http://u:p@b:2"}}, {"http://u:p@b:2", ""}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(endpoint_of("proxy_from_environment: true", c.variables).proxy, c.want);
    EXPECT_EQ(endpoint_of("proxy_from_environment: false", c.variables).proxy, ProxyConfig());
  }
  const auto faulty = parsed("proxy_from_environment: true", {{"https_proxy", "ftp://secret"}});
  ASSERT_FALSE(faulty);
  EXPECT_THAT(faulty.error().message(), HasSubstr("the environment's proxy must begin with"));
  EXPECT_THAT(faulty.error().message(), Not(HasSubstr("secret")));
}

// Lines of an endpoint, where the fault is, and some words of what it says.
struct Case {
  const char* yaml;
  const char* place;
  const char* words;
};

void expect_faults(std::span<const Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const auto config = parsed(c.yaml);
    ASSERT_FALSE(config);
    const std::string faults = config.error().message();
    EXPECT_THAT(faults, StartsWith("f.yaml:"));
    EXPECT_THAT(faults, HasSubstr(": remote_write[0]." + std::string(c.place)));
    EXPECT_THAT(faults, HasSubstr(c.words));
    EXPECT_EQ(faults.find('\n'), std::string::npos) << faults;
  }
}

TEST(Connection, FaultsOfHeadersProxyAndTlsNameLineKeyAndRemedy) {
  const Case cases[] = {
      {"headers: [a]", "headers: must be a mapping", ""},
      {"headers: {content-type: x}", "headers.content-type: is set by bpfpush", ""},
      {"headers: {Content-Encoding: x}", "headers.Content-Encoding: is set by bpfpush", ""},
      {"headers: {User-Agent: x}", "headers.User-Agent: is set by bpfpush", ""},
      {"headers: {Retry-Attempt: x}", "headers.Retry-Attempt: is set by bpfpush", ""},
      {"headers: {X-Prometheus-Remote-Write-Version: x}",
       "headers.X-Prometheus-Remote-Write-Version: is set by bpfpush", ""},
      {"headers: {authorization: x}", "headers.authorization: is set by basic_auth", "oauth2"},
      {"headers: {'a b': x}", "headers.a b: is no header name", ""},
      {"headers: {'': x}", "headers.: is no header name", ""},
      {"headers: {A: \"x\\r\\nB: y\"}", "headers.A: has a line break", ""},
      {"headers: {\"A\\n\": x}", "headers.A?: is no header name", ""},
      {"headers: {A: x, a: y}", "headers.a: given twice", ""},
      {"no_proxy: h", "no_proxy: needs a proxy_url", ""},
      {"proxy_url: http://p/\n    proxy_from_environment: true",
       "proxy_from_environment: cannot stand beside proxy_url", ""},
      {"proxy_url: http://u:p@h/", "proxy_url: has a password", "${NAME}"},
      {"proxy_url: proxy:3128", "proxy_url: must begin with http://", "socks5"},
      {"proxy_url: http://", "proxy_url: must begin with http://", "host"},
      {"tls_config: {cert_file: c}", "tls_config.cert_file: needs a key_file", ""},
      {"tls_config: {key_file: c}", "tls_config.key_file: needs a cert_file", ""},
      {"tls_config: {min_version: TLS10}", "tls_config.min_version: \"TLS10\"", "TLS12, TLS13"},
      {"tls_config: {insecure_skip_verify: yes}", "tls_config.insecure_skip_verify: ", "true"},
  };
  expect_faults(cases);
}

TEST(Connection, FaultsOfAuthenticationNameLineKeyAndRemedy) {
  const Case cases[] = {
      {"basic_auth: {username: u}", "basic_auth: needs a username and a password_file", ""},
      {"basic_auth: {username: u, passwd_file: f, password: '${SITE}'}",
       "basic_auth.passwd_file: unknown key", "\"password_file\""},
      {"basic_auth: {username: u, password: p, password_file: f}",
       "basic_auth.password: cannot stand beside password_file", ""},
      {"basic_auth: {username: u, password: p}", "basic_auth.password: is a secret", "${NAME}"},
      {"basic_auth: {username: u, password: '$${p}'}", "basic_auth.password: is a secret", ""},
      {"basic_auth: {username: u, password: '${BREAK}'}", "basic_auth.password: is not one", ""},
      {"basic_auth: {username: u, password_file: p}\n    authorization: {credentials_file: t}",
       "authorization: cannot stand beside basic_auth", ""},
      {"authorization: {type: Bearer}", "authorization: needs a credentials_file", ""},
      {"authorization: {type: Basic, credentials_file: t}", "authorization.type: cannot be Basic",
       "basic_auth"},
      {"authorization: {type: 'a b', credentials_file: t}", "authorization.type: \"a b\"", ""},
      {"authorization: {credentials: t}", "authorization.credentials: is a secret", "_file"},
      {"bearer_token_file: t\n    sigv4: {region: r, access_key: a, secret_key_file: f}",
       "sigv4: cannot stand beside bearer_token_file", ""},
      {"oauth2: {client_id: c, token_url: http://h/}", "oauth2: needs a client_id", "secret_file"},
      {"oauth2: {client_id: c, client_secret_file: f}", "oauth2: needs a token_url", ""},
      {"oauth2: {client_id: c, client_secret_file: f, token_url: h}",
       "oauth2.token_url: must begin with http", ""},
      {"oauth2: {client_id: c, client_secret: f, token_url: http://h/}",
       "oauth2.client_secret: is a secret", "client_secret_file"},
      {"oauth2: {client_id: c, client_secret_file: f, token_url: http://h/, scopes: a}",
       "oauth2.scopes: must be a list", ""},
      {"oauth2: {client_id: c, client_secret_file: f, token_url: http://h/, "
       "tls_config: {key_file: k}}",
       "oauth2.tls_config.key_file: needs a cert_file", ""},
      {"sigv4: {region: r, access_key: a}", "sigv4: needs a region", "secret_key_file"},
      {"sigv4: {region: r, access_key: a, secret_key: k}", "sigv4.secret_key: is a secret", ""},
      {"sigv4: {region: 'r:s', access_key: a, secret_key_file: k}", "sigv4.region: \"r:s\"", ""},
  };
  expect_faults(cases);
}

TEST(Connection, FaultsNeverShowASecret) {
  const char* const lines[] = {
      "basic_auth: {username: u, password: hunter2}",
      "authorization: {credentials: hunter2}",
      "oauth2: {client_id: c, client_secret: hunter2, token_url: 'http://u:hunter2@h/'}",
      "sigv4: {region: r, access_key: a, secret_key: hunter2, session_token: hunter2}",
      "proxy_url: http://u:hunter2@h/",
      "headers: {X-Key: \"hunter2\\n\"}",
      "headers: {Authorization: Bearer hunter2}",
  };
  for (const char* line : lines) {
    SCOPED_TRACE(line);
    const auto config = parsed(line);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message(), Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace bpfpush
