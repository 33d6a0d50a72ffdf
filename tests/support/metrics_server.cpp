#include "support/metrics_server.hpp"

#include <signal.h>

#include <chrono>

#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/http_client.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

// On a busy machine a receiver that has to replay its log takes seconds.
constexpr std::chrono::seconds kReadyTimeout{60};
constexpr std::chrono::seconds kKillTimeout{10};

}  // namespace

Result<void> MetricsServer::start() {
  if (port_ == 0) {
    const auto port = free_port();
    if (!port) return port.error();
    port_ = *port;
  }
  ProcessOptions options{.command = {find_program(program_.name)},
                         .output = directory_.path() / program_.name,
                         .environment = {}};
  for (std::string& argument : arguments("127.0.0.1:" + std::to_string(port_), directory_))
    options.command.push_back(std::move(argument));
  auto process = Process::start(options);
  if (!process) return process.error();
  process_.emplace(std::move(*process));

  const auto settled = [this] { return !process_->running() || is_ready(); };
  if (eventually(kReadyTimeout, settled) && process_->running()) return {};
  return Error{Errc::kUnavailable, program_.name + " did not start: " + process_->errors()};
}

void MetricsServer::kill_now() {
  process_->kill(SIGKILL);
  process_->wait(kKillTimeout);
}

std::string MetricsServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

Result<std::vector<PromSeries>> MetricsServer::query(const std::string& promql) const {
  const auto reply = http_get(url() + "/api/v1/query?query=" + url_encode(prepare(promql)));
  if (!reply) return reply.error();
  return parse_query_answer(reply->body);
}

bool MetricsServer::is_ready() const {
  const auto reply = http_get(url() + program_.ready_path);
  return reply && (reply->status == 200 || reply->status == 401);  // up, and asks who we are
}

}  // namespace bpfpush
