#include "config/read_remote_write.hpp"

#include <algorithm>
#include <set>

#include "config/http_syntax.hpp"
#include "config/read_authentication.hpp"
#include "config/read_connection.hpp"
#include "config/read_protocol.hpp"
#include "config/read_relabel.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;

// More samples than any receiver takes in one request.
constexpr std::int64_t kSamplesPerSendMax = 1'000'000;
constexpr std::int64_t kLabelLimitMax = 1'000'000;
// Less than one push of a small host: below that a day's budget is a slip of the unit.
constexpr std::size_t kBytesPerDayMin = 10'000;

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

void read_headers(const ValueReader& value, RemoteWriteConfig& endpoint) {
  for (const auto& [name, header] : value.entries()) {
    const auto text = header.text();
    if (!text) continue;
    const auto same = [&name = name](const auto& other) {
      return equal_ignoring_case(other.first, name);
    };
    if (const auto fault = header_fault(name, *text)) {
      header.fault(*fault);
    } else if (std::any_of(endpoint.headers.begin(), endpoint.headers.end(), same)) {
      header.fault("given twice, in other capitals; keep one");
    } else {
      endpoint.headers.emplace_back(name, *text);
    }
  }
}

QueueConfig read_queue(const ValueReader& value) {
  const MappingReader reader(value, {"max_samples_per_send", "min_backoff", "max_backoff",
                                     "max_bytes_per_second", "max_bytes_per_day"});
  QueueConfig queue;
  reader.read_integer("max_samples_per_send", queue.max_samples_per_send, {1, kSamplesPerSendMax});
  reader.read_duration("min_backoff", queue.min_backoff, milliseconds(1));
  reader.read_duration("max_backoff", queue.max_backoff, milliseconds(1));
  reader.read_byte_size("max_bytes_per_second", queue.max_bytes_per_second, 0);
  reader.read_byte_size("max_bytes_per_day", queue.max_bytes_per_day, 0);
  if (queue.max_bytes_per_day > 0 && queue.max_bytes_per_day < kBytesPerDayMin) {
    reader.fault_at("max_bytes_per_day", "is too little for any push; at least 10KB, or 0");
  }
  if (queue.min_backoff > queue.max_backoff) {
    reader.fault_at(reader.find("min_backoff") ? "min_backoff" : "max_backoff",
                    "makes min_backoff longer than max_backoff; min_backoff <= max_backoff");
  }
  return queue;
}

RemoteWriteConfig read_endpoint(const ValueReader& value) {
  const MappingReader reader(value, {"url",
                                     "name",
                                     "headers",
                                     "remote_timeout",
                                     "basic_auth",
                                     "authorization",
                                     "bearer_token_file",
                                     "oauth2",
                                     "sigv4",
                                     "proxy_url",
                                     "no_proxy",
                                     "proxy_from_environment",
                                     "tls_config",
                                     "enable_http2",
                                     "write_relabel_configs",
                                     "label_limit",
                                     "label_value_length_limit",
                                     "queue_config",
                                     "strict",
                                     "protobuf_message",
                                     "compression",
                                     "histograms",
                                     "native_histogram_bucket_limit",
                                     "custom_histograms_over_1"});
  RemoteWriteConfig endpoint;
  endpoint.where = value.where();
  if (value.kind() != YamlNode::Kind::kMapping) return endpoint;
  read_url(reader, endpoint);
  reader.read_text("name", endpoint.name);
  read_authentication(reader, endpoint);
  if (const auto headers = reader.find("headers")) read_headers(*headers, endpoint);
  reader.read_duration("remote_timeout", endpoint.remote_timeout, milliseconds(1));
  endpoint.proxy = read_proxy(reader, endpoint.url);
  if (const auto tls = reader.find("tls_config")) endpoint.tls = read_tls(*tls);
  reader.read_bool("enable_http2", endpoint.enable_http2);
  if (const auto rules = reader.find("write_relabel_configs")) {
    endpoint.write_relabel = read_relabel(*rules);
  }
  reader.read_integer("label_limit", endpoint.label_limit, {0, kLabelLimitMax});
  reader.read_byte_size("label_value_length_limit", endpoint.label_value_length_limit, 0);
  if (const auto queue = reader.find("queue_config")) endpoint.queue = read_queue(*queue);
  endpoint.protocol = read_protocol(reader);
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
