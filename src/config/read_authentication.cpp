#include "config/read_authentication.hpp"

#include <array>

#include "config/http_syntax.hpp"
#include "config/read_connection.hpp"

namespace bpfpush {
namespace {

// The secret `key`, or `key`_file where it is in a file. Messages never show it.
SecretConfig read_secret(const MappingReader& keys, std::string_view key, std::string_view file) {
  SecretConfig secret;
  keys.read_text(file, secret.file);
  const auto value = keys.find(key);
  if (!value) return secret;
  if (!secret.file.empty()) {
    value->fault(std::string("cannot stand beside ").append(file).append("; keep one of them"));
  } else if (value->kind() == YamlNode::Kind::kScalar && !value->names_a_variable()) {
    value->fault(std::string("is a secret, which this file should not hold; name a file under ")
                     .append(file)
                     .append(", or write ${NAME}, an environment variable"));
  } else if (const auto text = value->text()) {
    const bool has_break = text->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
    if (text->empty() || has_break) value->fault("is not one line of text; set the variable right");
    secret.value = *text;
  }
  return secret;
}

BasicAuthConfig read_basic_auth(const ValueReader& value) {
  const MappingReader keys(value, {"username", "password", "password_file"});
  BasicAuthConfig auth;
  keys.read_text("username", auth.username);
  auth.password = read_secret(keys, "password", "password_file");
  if (auth.username.empty() || !(keys.find("password") || keys.find("password_file"))) {
    keys.fault("needs a username and a password_file");
  }
  return auth;
}

AuthorizationConfig read_authorization(const ValueReader& value) {
  const MappingReader keys(value, {"type", "credentials", "credentials_file"});
  AuthorizationConfig auth;
  keys.read_text("type", auth.type);
  if (equal_ignoring_case(auth.type, "Basic")) {
    keys.fault_at("type", "cannot be Basic here; write basic_auth instead");
  } else if (!is_token(auth.type)) {
    keys.fault_at("type", in_quotes(auth.type) + " is no scheme of authentication, as Bearer is");
  }
  auth.credentials = read_secret(keys, "credentials", "credentials_file");
  if (!(keys.find("credentials") || keys.find("credentials_file"))) {
    keys.fault("needs a credentials_file: the path of a file that holds the token");
  }
  return auth;
}

void read_token_url(const MappingReader& keys, OAuth2Config& oauth2) {
  keys.read_text("token_url", oauth2.token_url);
  const Result<std::string> authority = url_authority(oauth2.token_url);
  if (oauth2.token_url.empty()) {
    keys.fault("needs a token_url: where tokens are to be had");
  } else if (!authority) {
    keys.fault_at("token_url", authority.error().context);
  }
}

OAuth2Config read_oauth2(const ValueReader& value) {
  const MappingReader keys(
      value, {"client_id", "client_secret", "client_secret_file", "token_url", "scopes",
              "endpoint_params", "tls_config", "proxy_url", "no_proxy", "proxy_from_environment"});
  OAuth2Config oauth2;
  keys.read_text("client_id", oauth2.client_id);
  oauth2.client_secret = read_secret(keys, "client_secret", "client_secret_file");
  if (oauth2.client_id.empty() ||
      !(keys.find("client_secret") || keys.find("client_secret_file"))) {
    keys.fault("needs a client_id and a client_secret_file");
  }
  read_token_url(keys, oauth2);
  if (const auto scopes = keys.find("scopes")) {
    for (const ValueReader& scope : scopes->items()) {
      if (auto text = scope.text()) oauth2.scopes.push_back(std::move(*text));
    }
  }
  if (const auto params = keys.find("endpoint_params")) {
    for (const auto& [name, param] : params->entries()) {
      if (auto text = param.text()) oauth2.endpoint_params.emplace_back(name, std::move(*text));
    }
  }
  if (const auto tls = keys.find("tls_config")) oauth2.tls = read_tls(*tls);
  oauth2.proxy = read_proxy(keys, oauth2.token_url);
  return oauth2;
}

SigV4Config read_sigv4(const ValueReader& value) {
  const MappingReader keys(
      value, {"region", "service", "access_key", "access_key_file", "secret_key", "secret_key_file",
              "session_token", "session_token_file"});
  SigV4Config sigv4;
  keys.read_text("region", sigv4.region);
  keys.read_text("service", sigv4.service);
  for (const auto& [key, text] : {std::pair("region", sigv4.region), {"service", sigv4.service}}) {
    if (!text.empty() && !is_token(text)) {
      keys.fault_at(key, in_quotes(text) + " is none; letters, digits and - are");
    }
  }
  // Who we are is not secret; the keys to it are.
  if (const auto key = keys.find("access_key")) {
    if (const auto text = key->text()) sigv4.access_key.value = *text;
  }
  keys.read_text("access_key_file", sigv4.access_key.file);
  sigv4.secret_key = read_secret(keys, "secret_key", "secret_key_file");
  sigv4.session_token = read_secret(keys, "session_token", "session_token_file");
  const bool has_secret = keys.find("secret_key") || keys.find("secret_key_file");
  if (sigv4.region.empty() || !sigv4.access_key.is_given() || !has_secret) {
    keys.fault("needs a region, an access_key and a secret_key_file");
  }
  return sigv4;
}

}  // namespace

void read_authentication(const MappingReader& reader, RemoteWriteConfig& endpoint) {
  constexpr std::array<std::string_view, 5> kWays = {"basic_auth", "authorization",
                                                     "bearer_token_file", "oauth2", "sigv4"};
  std::string_view first;
  for (const std::string_view way : kWays) {
    const auto value = reader.find(way);
    if (value && !first.empty()) {
      value->fault(std::string("cannot stand beside ").append(first).append("; keep one of them"));
    }
    if (value && first.empty()) first = way;
  }
  if (const auto basic = reader.find("basic_auth")) endpoint.basic_auth = read_basic_auth(*basic);
  if (const auto auth = reader.find("authorization")) {
    endpoint.authorization = read_authorization(*auth);
  }
  if (const auto token = reader.find("bearer_token_file")) {  // the same, in an older spelling
    AuthorizationConfig auth;
    reader.read_text("bearer_token_file", auth.credentials.file);
    if (auth.credentials.file.empty()) token->fault("must be the path of a file");
    endpoint.authorization = std::move(auth);
  }
  if (const auto oauth2 = reader.find("oauth2")) endpoint.oauth2 = read_oauth2(*oauth2);
  if (const auto sigv4 = reader.find("sigv4")) endpoint.sigv4 = read_sigv4(*sigv4);
}

}  // namespace bpfpush
