#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "env/clock.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

// What was posted, and when.
struct Posted {
  BootTime time;
  HttpHeaders headers;
  std::string body;

  std::string header(const std::string& name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return "";
  }
};

// A transport that takes kLatency for every request and answers what the test laid out, then
// `otherwise` for ever.
class FakeTransport final : public Transport {
 public:
  static constexpr std::chrono::milliseconds kLatency{10};

  explicit FakeTransport(Clock& clock) : clock_(clock) { otherwise.status = 204; }

  boost::asio::awaitable<Result<HttpResponse>> post(HttpRequest request) override {
    const auto* const bytes = reinterpret_cast<const char*>(request.body.data());
    posted.push_back({clock_.now(), request.headers, std::string(bytes, request.body.size())});
    co_await clock_.sleep_until(clock_.now() + kLatency);
    const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != boost::asio::cancellation_type::none) {
      co_return Error(boost::asio::error::operation_aborted, "fake");
    }
    if (before_answer) before_answer();
    Result<HttpResponse> reply = otherwise;
    if (!answers.empty()) {
      reply = std::move(answers.front());
      answers.pop_front();
    }
    answered += 1;
    co_return reply;
  }

  std::deque<Result<HttpResponse>> answers;
  HttpResponse otherwise;
  std::function<void()> before_answer;  // called while a request is in flight
  std::vector<Posted> posted;
  int answered = 0;

 private:
  Clock& clock_;
};

}  // namespace bpfpush
