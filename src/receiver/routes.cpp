#include "receiver/routes.hpp"

#include <algorithm>
#include <array>

#include "receiver/text_format.hpp"
#include "receiver/write_request.hpp"

namespace bpfpush {
namespace {

constexpr std::string_view kWritePath = "/api/v1/write";
constexpr std::string_view kMetricsPath = "/metrics";
constexpr std::string_view kReadyPath = "/-/ready";

struct Route {
  std::string_view path;
  std::string_view method;
};
constexpr std::array<Route, 3> kRoutes = {Route{kWritePath, "POST"}, Route{kMetricsPath, "GET"},
                                          Route{kReadyPath, "GET"}};

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Cuts `text` at the first `separator`, of which `text` keeps what follows.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view taken = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

// Prometheus does not trim parameters, and so reads "; proto=io.prometheus.write.v2.Request" as
// version 1: it finds nothing and answers 204. We trim, so that such a sender is told.
bool is_write_request(std::string_view content_type) {
  if (!same_ignoring_case(take_until(content_type, ';'), "application/x-protobuf")) return false;
  while (!content_type.empty()) {
    std::string_view parameter = take_until(content_type, ';');
    const std::string_view name = take_until(parameter, '=');
    if (same_ignoring_case(name, "proto") && trim(parameter) != "prometheus.WriteRequest") {
      return false;
    }
  }
  return true;
}

Reply unsupported(std::string text) {
  return {.status = 415, .body = std::move(text)};
}

}  // namespace

std::optional<Reply> refuse(const RequestHead& head) {
  const std::string_view path = path_of(head.target);
  const auto* const route = std::find_if(kRoutes.begin(), kRoutes.end(),
                                         [path](const Route& known) { return known.path == path; });
  if (route == kRoutes.end()) {
    return Reply{.status = 404,
                 .body = "nothing at " + std::string(path) + ": remote write goes to " +
                         std::string(kWritePath) + "\n"};
  }
  if (head.method != route->method) {
    return Reply{.status = 405,
                 .body = std::string(path) + " takes " + std::string(route->method) + " only\n",
                 .allow = route->method};
  }
  if (path != kWritePath) return std::nullopt;
  if (head.content_type && !is_write_request(*head.content_type)) {
    return unsupported("Content-Type is " + std::string(*head.content_type) +
                       ": only remote write 1.0 is taken, application/x-protobuf or "
                       "application/x-protobuf;proto=prometheus.WriteRequest\n");
  }
  if (head.content_encoding && !same_ignoring_case(trim(*head.content_encoding), "snappy")) {
    return unsupported("Content-Encoding is " + std::string(*head.content_encoding) +
                       ": only snappy is taken\n");
  }
  return std::nullopt;
}

Reply Routes::answer(const RequestHead& head, std::span<const std::byte> body) {
  if (auto refusal = refuse(head)) return std::move(*refusal);
  const std::string_view path = path_of(head.target);
  if (path == kWritePath) return write(body);
  if (path == kReadyPath) return {.body = "ready\n"};
  return {.body = to_text_format(store_),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

// All or nothing, as Prometheus does it: nothing of a refused request is stored.
Reply Routes::write(std::span<const std::byte> body) {
  Result<WriteRequest> request = decode_write_request(body, message_bytes_max_);
  if (!request) return {.status = 400, .body = request.error().message() + "\n"};
  for (const ReceivedSeries& series : request->series) {
    for (const Sample& sample : series.samples) store_.add(series.labels, sample);
  }
  for (auto& [family, info] : request->families) store_.describe(family, std::move(info));
  if (on_request_) {
    on_request_({body.size(), request->message_bytes, request->samples, request->series.size()});
  }
  return {.status = 204};
}

}  // namespace bpfpush
