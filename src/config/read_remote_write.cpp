#include "config/read_remote_write.hpp"

#include <algorithm>
#include <set>

#include "config/http_syntax.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;

// More samples than any receiver takes in one request.
constexpr std::int64_t kSamplesPerSendMax = 1'000'000;

bool is_blank(const MappingReader& reader, std::string_view key) {
  std::string text;
  reader.read_text(key, text);
  return text.empty();
}

void read_url(const MappingReader& reader, RemoteWriteConfig& endpoint) {
  const auto value = reader.find("url");
  if (!value) {
    reader.fault("has no url; write the endpoint's, as in url: https://host/api/v1/write");
    return;
  }
  const auto url = value->text();
  if (!url) return;
  const Result<std::string> authority = url_authority(*url);
  if (!authority) {
    value->fault(authority.error().context);
    return;
  }
  endpoint.url = *url;
  endpoint.name = *authority;
}

void read_authentication(const MappingReader& reader, RemoteWriteConfig& endpoint) {
  const auto basic = reader.find("basic_auth");
  const auto bearer = reader.find("authorization");
  if (basic && bearer) {
    bearer->fault("cannot stand beside basic_auth; keep one of them");
  }
  if (basic) {
    const MappingReader keys(*basic, {"username", "password_file"});
    BasicAuthConfig auth;
    keys.read_text("username", auth.username);
    keys.read_text("password_file", auth.password_file);
    if (is_blank(keys, "username") || is_blank(keys, "password_file")) {
      keys.fault("needs a username and a password_file");
    }
    endpoint.basic_auth = std::move(auth);
  }
  if (bearer) {
    const MappingReader keys(*bearer, {"type", "credentials_file"});
    std::string type;
    keys.read_choice("type", type, {"Bearer"});
    keys.read_text("credentials_file", endpoint.bearer_token_file);
    if (is_blank(keys, "credentials_file")) {
      keys.fault("needs a credentials_file: the path of a file that holds the token");
    }
  }
}

void read_headers(const ValueReader& value, RemoteWriteConfig& endpoint) {
  const bool has_authentication = endpoint.basic_auth || !endpoint.bearer_token_file.empty();
  for (const auto& [name, header] : value.entries()) {
    const auto text = header.text();
    if (!text) continue;
    const auto same = [&name = name](const auto& other) {
      return equal_ignoring_case(other.first, name);
    };
    if (const auto fault = header_fault(name, *text, has_authentication)) {
      header.fault(*fault);
    } else if (std::any_of(endpoint.headers.begin(), endpoint.headers.end(), same)) {
      header.fault("given twice, in other capitals; keep one");
    } else {
      endpoint.headers.emplace_back(name, *text);
    }
  }
}

void read_proxy_url(const MappingReader& reader, RemoteWriteConfig& endpoint) {
  reader.read_text("proxy_url", endpoint.proxy_url);
  if (endpoint.proxy_url.empty()) return;
  constexpr std::string_view kSchemes[] = {"http://", "https://", "socks5://", "socks5h://"};
  const auto begins = [&](std::string_view scheme) {
    return endpoint.proxy_url.size() > scheme.size() && endpoint.proxy_url.starts_with(scheme);
  };
  if (std::none_of(std::begin(kSchemes), std::end(kSchemes), begins)) {
    reader.fault_at("proxy_url",
                    "must begin with http://, https://, socks5:// or socks5h:// and name a host");
  }
}

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

QueueConfig read_queue(const ValueReader& value) {
  const MappingReader reader(
      value, {"max_samples_per_send", "min_backoff", "max_backoff", "max_bytes_per_second"});
  QueueConfig queue;
  reader.read_integer("max_samples_per_send", queue.max_samples_per_send, {1, kSamplesPerSendMax});
  reader.read_duration("min_backoff", queue.min_backoff, milliseconds(1));
  reader.read_duration("max_backoff", queue.max_backoff, milliseconds(1));
  reader.read_byte_size("max_bytes_per_second", queue.max_bytes_per_second, 0);
  if (queue.min_backoff > queue.max_backoff) {
    reader.fault_at(reader.find("min_backoff") ? "min_backoff" : "max_backoff",
                    "makes min_backoff longer than max_backoff; min_backoff <= max_backoff");
  }
  return queue;
}

RemoteWriteConfig read_endpoint(const ValueReader& value) {
  const MappingReader reader(
      value, {"url", "name", "headers", "remote_timeout", "basic_auth", "authorization",
              "proxy_url", "tls_config", "queue_config", "strict"});
  RemoteWriteConfig endpoint;
  endpoint.where = value.where();
  if (value.kind() != YamlNode::Kind::kMapping) return endpoint;
  read_url(reader, endpoint);
  reader.read_text("name", endpoint.name);
  read_authentication(reader, endpoint);
  if (const auto headers = reader.find("headers")) read_headers(*headers, endpoint);
  reader.read_duration("remote_timeout", endpoint.remote_timeout, milliseconds(1));
  read_proxy_url(reader, endpoint);
  if (const auto tls = reader.find("tls_config")) endpoint.tls = read_tls(*tls);
  if (const auto queue = reader.find("queue_config")) endpoint.queue = read_queue(*queue);
  reader.read_bool("strict", endpoint.strict);
  return endpoint;
}

}  // namespace

std::vector<RemoteWriteConfig> read_remote_write(const ValueReader& list) {
  std::vector<RemoteWriteConfig> endpoints;
  std::set<std::string> names;
  for (const ValueReader& item : list.items()) {
    RemoteWriteConfig endpoint = read_endpoint(item);
    if (!endpoint.name.empty() && !names.insert(endpoint.name).second) {
      item.fault("a second endpoint is called " + in_quotes(endpoint.name) +
                 "; give each a `name` of its own");
    }
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

}  // namespace bpfpush
