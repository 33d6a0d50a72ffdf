#include "config/read_connection.hpp"

#include <algorithm>

#include "config/http_syntax.hpp"

namespace bpfpush {
namespace {

constexpr const char* kProxyUrlRule =
    "must begin with http://, https://, socks5:// or socks5h:// and name a host";

bool is_proxy_url(std::string_view url) {
  constexpr std::string_view kSchemes[] = {"http://", "https://", "socks5://", "socks5h://"};
  return std::any_of(std::begin(kSchemes), std::end(kSchemes), [url](std::string_view scheme) {
    return url.size() > scheme.size() && url.starts_with(scheme);
  });
}

bool has_password(std::string_view url) {
  if (!is_proxy_url(url)) return false;
  const std::size_t begin = url.find("://") + 3;
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  return authority.substr(0, authority.rfind('@')).find(':') != authority.npos &&
         authority.find('@') != authority.npos;
}

// The first of two variables, in the spellings that programs use, that is there.
std::string variable(const ValueReader& value, const char* lower, const char* upper) {
  return value.variable(lower).value_or(value.variable(upper).value_or(""));
}

ProxyConfig proxy_of_environment(const ValueReader& value, const std::string& url) {
  ProxyConfig proxy;
  proxy.url = equal_ignoring_case(url.substr(0, 6), "https:")
                  ? variable(value, "https_proxy", "HTTPS_PROXY")
                  : variable(value, "http_proxy", "HTTP_PROXY");
  if (proxy.url.empty()) return {};
  // A bare host and port is usual there.
  if (proxy.url.find("://") == std::string::npos) proxy.url = "http://" + proxy.url;
  if (!is_proxy_url(proxy.url)) {
    value.fault(std::string("the environment's proxy ") + kProxyUrlRule);
  }
  proxy.no_proxy = variable(value, "no_proxy", "NO_PROXY");
  return proxy;
}

}  // namespace

TlsConfig read_tls(const ValueReader& value) {
  const MappingReader reader(
      value, {"ca_file", "cert_file", "key_file", "min_version", "insecure_skip_verify"});
  TlsConfig tls;
  reader.read_text("ca_file", tls.ca_file);
  reader.read_text("cert_file", tls.cert_file);
  reader.read_text("key_file", tls.key_file);
  reader.read_choice("min_version", tls.min_version, {"TLS12", "TLS13"});
  reader.read_bool("insecure_skip_verify", tls.insecure_skip_verify);
  if (!tls.cert_file.empty() && tls.key_file.empty()) {
    reader.fault_at("cert_file", "needs a key_file beside it");
  } else if (tls.cert_file.empty() && !tls.key_file.empty()) {
    reader.fault_at("key_file", "needs a cert_file beside it");
  }
  return tls;
}

ProxyConfig read_proxy(const MappingReader& reader, const std::string& url) {
  ProxyConfig proxy;
  reader.read_text("proxy_url", proxy.url);
  reader.read_text("no_proxy", proxy.no_proxy);
  bool from_environment = false;
  reader.read_bool("proxy_from_environment", from_environment);
  if (!proxy.url.empty() && !is_proxy_url(proxy.url)) {
    reader.fault_at("proxy_url", kProxyUrlRule);
  } else if (has_password(proxy.url) && !reader.find("proxy_url")->names_a_variable()) {
    reader.fault_at("proxy_url", "has a password in it; write ${NAME} in its place, a variable");
  }
  if (from_environment && !(proxy == ProxyConfig())) {
    reader.fault_at("proxy_from_environment", "cannot stand beside proxy_url and no_proxy");
  } else if (!proxy.no_proxy.empty() && proxy.url.empty()) {
    reader.fault_at("no_proxy", "needs a proxy_url beside it");
  }
  if (!from_environment) return proxy;
  return proxy_of_environment(*reader.find("proxy_from_environment"), url);
}

}  // namespace bpfpush
