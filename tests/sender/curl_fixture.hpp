#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sender/curl_transport.hpp"
#include "support/fake_filesystem.hpp"
#include "support/manual_clock.hpp"
#include "support/mock_receiver.hpp"

namespace bpfpush {

// CurlTransports and a MockReceiver on one loop.
class CurlTransportTest : public testing::Test {
 protected:
  // No test here comes near it; one that hangs fails instead.
  static constexpr std::chrono::seconds kPatience{20};

  using Reply = std::optional<Result<HttpResponse>>;

  CurlTransportOptions options() const {
    CurlTransportOptions options;
    options.url = receiver_.url();
    return options;
  }

  std::unique_ptr<CurlTransport> make(CurlTransportOptions options) {
    return CurlTransport::create(std::move(options), parts_).value();
  }
  std::unique_ptr<CurlTransport> make() { return make(options()); }

  static auto store_in(Reply& reply) {
    return [&reply](const std::exception_ptr& error, Result<HttpResponse> result) {
      if (error) std::rethrow_exception(error);
      reply = std::move(result);
    };
  }

  // Starts a post whose answer will be in `reply`. `body` and `reply` live until then.
  void begin_post(Transport& transport, const std::string& body, HttpHeaders headers,
                  Reply& reply) {
    HttpRequest request{std::move(headers), std::as_bytes(std::span(body))};
    boost::asio::co_spawn(io_, transport.post(std::move(request)), store_in(reply));
  }

  // Runs the loop until the answer is there.
  void wait_for(const Reply& reply) {
    run_until([&reply] { return reply.has_value(); });
  }

  template <typename Condition>
  void run_until(Condition done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    io_.restart();
    while (!done() && io_.run_one_until(deadline) > 0) {
    }
    ASSERT_TRUE(done());
  }

  Result<HttpResponse> post(Transport& transport, const std::string& body = "body",
                            HttpHeaders headers = {}) {
    Reply reply;
    begin_post(transport, body, std::move(headers), reply);
    wait_for(reply);
    return reply ? *reply : Error(Errc::kUnavailable, "the test lost its patience");
  }

  boost::asio::io_context io_{1};
  FakeFilesystem files_;
  ManualClock clock_;
  CurlLoop loop_{io_.get_executor()};
  const CurlTransportParts parts_{loop_, files_, clock_};
  MockReceiver receiver_{io_};
};

}  // namespace bpfpush
