#include "sender/oauth2_token.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "sender/request_headers.hpp"

namespace bpfpush {
namespace {
namespace json = boost::json;

using std::chrono::seconds;

// A clock may be a little off, and a request takes its time.
constexpr seconds kBeforeExpiry{10};
constexpr seconds kExpiryMax = std::chrono::hours(24 * 365);

void append_field(std::string& form, const std::string& name, const std::string& value) {
  if (!form.empty()) form += '&';
  form += percent_encode(name) + "=" + percent_encode(value);
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// A number of seconds, which some servers write as text.
std::optional<seconds> expiry_of(const json::object& object) {
  const json::value* const value = object.if_contains("expires_in");
  if (value == nullptr) return std::nullopt;
  const std::string text = text_of(object, "expires_in");
  boost::system::error_code error;
  const auto number = text.empty() ? value->to_number<double>(error)
                                   : json::parse(text, error).to_number<double>(error);
  if (error.failed() || !(number > 0)) return std::nullopt;
  return seconds(
      static_cast<std::int64_t>(std::min(number, static_cast<double>(kExpiryMax.count()))));
}

json::object parse_object(const std::string& body) {
  boost::system::error_code error;
  json::value value = json::parse({body.data(), body.size()}, error);
  if (error.failed() || !value.is_object()) return {};
  return std::move(value.get_object());
}

// One of the codes of RFC 6749, section 5.2, or a server's own of that form; else nothing, for it
// could be anything.
std::string error_code_of(const json::object& object) {
  const std::string code = text_of(object, "error");
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const bool is_code = code.size() <= 40 && std::all_of(code.begin(), code.end(), fits);
  return is_code ? code : "";
}

bool is_visible(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

TokenRequest make_token_request(const OAuth2Options& options, const std::string& client_secret,
                                ClientAuthentication way) {
  TokenRequest request;
  append_field(request.body, "grant_type", "client_credentials");
  if (way == ClientAuthentication::kForm) {
    append_field(request.body, "client_id", options.client_id);
    append_field(request.body, "client_secret", client_secret);
  } else {
    request.credentials.basic =
        Credentials::Basic{percent_encode(options.client_id), percent_encode(client_secret)};
  }
  std::string scope;
  for (const std::string& one : options.scopes) scope += (scope.empty() ? "" : " ") + one;
  if (!scope.empty()) append_field(request.body, "scope", scope);
  for (const auto& [name, value] : options.endpoint_params) {
    append_field(request.body, name, value);
  }
  return request;
}

Result<AccessToken> parse_token_response(const HttpResponse& response) {
  const json::object object = parse_object(response.body);
  if (response.status != 200) {
    const std::string code = error_code_of(object);
    return Error(Errc::kUnavailable, "no token, but status " + std::to_string(response.status) +
                                         (code.empty() ? "" : ", " + code) +
                                         "; check client_id, client_secret_file and scopes");
  }
  const std::string token = text_of(object, "access_token");
  std::string type = text_of(object, "token_type");
  // What servers write in any case, and receivers want written so.
  if (type.empty() || type == "bearer" || type == "BEARER") type = "Bearer";
  if (!is_visible(token) || !check_header(type, "")) {
    return Error(Errc::kMalformed, "the answer holds no access_token; check token_url");
  }
  return AccessToken{type + " " + token, expiry_of(object)};
}

std::optional<seconds> time_of_use(const AccessToken& token) {
  if (!token.expires_in) return std::nullopt;
  return std::max(*token.expires_in - kBeforeExpiry, *token.expires_in / 2);
}

}  // namespace bpfpush
