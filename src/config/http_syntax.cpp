#include "config/http_syntax.hpp"

#include <algorithm>

#include "config/quantity.hpp"

namespace bpfpush {
namespace {

// Those that remote write defines, those that frame a request, and the one that tells attempts
// apart.
constexpr std::string_view kReservedHeaders[] = {
    "Connection",     "Content-Encoding",
    "Content-Length", "Content-Type",
    "Expect",         "Host",
    "Retry-Attempt",  "Transfer-Encoding",
    "User-Agent",     "X-Prometheus-Remote-Write-Version",
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_alphanumeric(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

bool is_token_character(char c) {
  return is_alphanumeric(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

Error invalid(std::string text) {
  return {Errc::kInvalidConfig, std::move(text)};
}

bool is_port(std::string_view text) {
  const Result<std::int64_t> port = parse_integer(text);
  return port && *port >= 1 && *port <= 65535;
}

// HOST, HOST:PORT, [IPV6] or [IPV6]:PORT
bool is_authority(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == text.npos) return false;
  const std::string_view host = text.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
  const auto fits = [&](char c) {
    return is_alphanumeric(c) || c == '.' ||
           (bracketed ? c == ':' || c == '%' : c == '-' || c == '_');
  };
  if (host.empty() || !std::all_of(host.begin(), host.end(), fits)) return false;
  if (host_end == text.npos) return true;
  const std::string_view rest = text.substr(host_end + (bracketed ? 1 : 0));
  return (bracketed && rest.empty()) || (rest.starts_with(':') && is_port(rest.substr(1)));
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

Result<std::string> url_authority(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::string_view scheme = url.substr(0, scheme_end == url.npos ? 0 : scheme_end);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) {
    return invalid("must begin with http:// or https://, as in https://host/api/v1/write");
  }
  const std::string_view rest = url.substr(scheme_end + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != authority.npos) {
    return invalid("has credentials in it, which logs would show; write them under basic_auth");
  }
  if (!is_authority(authority)) {
    return invalid("has no host or a bad port; write it as https://host:port/path");
  }
  const auto bad = [](char c) { return c == ' ' || is_control(c); };
  if (std::any_of(rest.begin(), rest.end(), bad)) {
    return invalid("has a space or a control character in it; write it as %20 or the like");
  }
  return std::string(authority);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::optional<std::string> header_fault(std::string_view name, std::string_view value) {
  if (!is_token(name)) {
    return "is no header name; letters, digits and - are";
  }
  for (const std::string_view reserved : kReservedHeaders) {
    if (equal_ignoring_case(name, reserved)) return "is set by bpfpush itself; remove it";
  }
  if (equal_ignoring_case(name, "Authorization")) {
    return "is set by basic_auth, authorization, oauth2 or sigv4; write one of them instead";
  }
  const auto bad = [](char c) { return is_control(c) && c != '\t'; };
  if (std::any_of(value.begin(), value.end(), bad)) {
    return "has a line break or another control character in its value; remove it";
  }
  return std::nullopt;
}

}  // namespace bpfpush
