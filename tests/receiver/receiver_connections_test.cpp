// How a receiver deals with its connections, good and bad.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>

#include "receiver/http_client.hpp"
#include "receiver/receiver.hpp"
#include "receiver/receiver_fixture.hpp"
#include "receiver/requests.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

using ReceiverConnections = ReceiverFixture;

TEST_F(ReceiverConnections, CarryManyRequestsWhateverTheirStatus) {
  listen({});
  play([&]() -> asio::awaitable<void> {
    HttpClient& client = new_client();
    co_await client.connect();
    for (const unsigned want : {204u, 400u, 404u, 204u}) {
      HttpTestRequest request = write_request(want == 400 ? "garbage" : good_body());
      if (want == 404) request.target("/elsewhere");
      const HttpTestResponse response = co_await client.exchange(std::move(request));
      EXPECT_EQ(response.result_int(), want);
      EXPECT_TRUE(response.keep_alive());
    }
  });
}

TEST_F(ReceiverConnections, CarryRequestsThatCameInOnePiece) {
  listen({});
  play([&]() -> asio::awaitable<void> {
    const std::string answer = co_await answer_to(
        "GET /-/ready HTTP/1.1\r\n\r\nGET /nowhere HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("ready\nHTTP/1.1 404 Not Found\r\n"));
  });
}

TEST_F(ReceiverConnections, AskForABodyThatIsHeldBackOnlyIfItIsWanted) {
  listen({});
  play([&]() -> asio::awaitable<void> {
    const std::string body = good_body();
    const std::string rest =
        " HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n";
    HttpClient& client = new_client();
    co_await client.connect();
    co_await client.send("POST /api/v1/write" + rest);
    const std::string go_on = co_await client.read_some();
    EXPECT_EQ(go_on, "HTTP/1.1 100 Continue\r\n\r\n");
    co_await client.send(body);
    const HttpTestResponse response = co_await client.read_response();
    EXPECT_EQ(response.result_int(), 204u);

    const std::string refusal = co_await answer_to("POST /elsewhere" + rest);
    EXPECT_THAT(refusal, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  });
}

TEST_F(ReceiverConnections, SayWhatIsWrongWithWhatIsNoHttp) {
  struct Case {
    const char* name;
    std::string text;
    const char* want;
  };
  const Case cases[] = {
      {"no HTTP at all", "\x16\x03\x01\x02\r\n\r\n", "HTTP/1.1 400 "},
      {"a bad length", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 400 "},
      {"an endless header", "GET / HTTP/1.1\r\nA: " + std::string(20'000, 'a'), "HTTP/1.1 431 "},
  };
  listen({});
  play([&]() -> asio::awaitable<void> {
    for (const Case& c : cases) {
      SCOPED_TRACE(c.name);
      const std::string answer = co_await answer_to(c.text);
      EXPECT_THAT(answer, StartsWith(c.want));
    }
  });
}

TEST_F(ReceiverConnections, LetASenderOfFarTooMuchReadTheAnswer) {
  listen({.body_bytes_max = 1000});
  play([&]() -> asio::awaitable<void> {
    HttpTestRequest request = write_request(std::string(4u << 20, 'x'));
    const HttpTestResponse response = co_await exchange_alone(std::move(request));
    EXPECT_EQ(response.result_int(), 413u);
    EXPECT_FALSE(response.keep_alive());
  });
}

TEST_F(ReceiverConnections, AreClosedWhenSlowOrIdle) {
  struct Case {
    const char* name;
    const char* text;
  };
  const Case cases[] = {
      {"nothing", ""},
      {"half a header", "POST /api/v1/write HTTP/1.1\r\nConte"},
      {"half a body", "POST /api/v1/write HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf"},
  };
  listen({.idle_timeout = 20ms, .request_timeout = 20ms});
  play([&]() -> asio::awaitable<void> {
    for (const Case& c : cases) {
      SCOPED_TRACE(c.name);
      const std::string answer = co_await answer_to(c.text);
      EXPECT_EQ(answer, "");
    }
  });
}

TEST_F(ReceiverConnections, HoldARequestToItsOwnTimeAfterAnIdleWait) {
  // An idle connection would be kept for an hour; one that has begun a request and goes no further
  // is not.
  listen({.idle_timeout = 1h, .request_timeout = 20ms});
  play([&]() -> asio::awaitable<void> {
    HttpClient& client = new_client();
    co_await client.connect();
    const HttpTestResponse response = co_await client.exchange(get("/-/ready"));
    EXPECT_EQ(response.result_int(), 200u);
    co_await client.send("G");
    const std::string answer = co_await client.read_to_end();
    EXPECT_EQ(answer, "");
  });
}

TEST_F(ReceiverConnections, BreakOffWithoutHarmToOthers) {
  listen({});
  play([&]() -> asio::awaitable<void> {
    for (const bool orderly : {true, false}) {
      HttpClient& client = new_client();
      co_await client.connect();
      co_await client.send("POST /api/v1/write HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");
      if (orderly) {
        client.close();
      } else {
        client.reset();
      }
    }
    const HttpTestResponse response = co_await exchange_alone(write_request(good_body()));
    EXPECT_EQ(response.result_int(), 204u);
  });
}

TEST_F(ReceiverConnections, AreServedAsManyAtATimeAsMayBe) {
  listen({});
  play([&]() -> asio::awaitable<void> {
    for (std::size_t i = 0; i < ReceiverOptions().connections_max; ++i) {
      HttpClient& client = new_client();
      co_await client.connect();
    }
    for (HttpClient& client : clients_) {
      const HttpTestResponse response = co_await client.exchange(write_request(good_body()));
      EXPECT_EQ(response.result_int(), 204u);
    }
  });
}

TEST_F(ReceiverConnections, BeyondTheLimitWaitUntilOneLeaves) {
  listen({.connections_max = 2});
  bool waited_over = false;
  play([&]() -> asio::awaitable<void> {
    HttpClient& first = new_client();
    HttpClient& second = new_client();
    HttpClient& third = new_client();
    co_await first.connect();
    co_await second.connect();
    co_await third.connect();
    co_await third.send("GET /-/ready HTTP/1.1\r\n\r\n");
    asio::co_spawn(io_, third.read_response(),
                   [&](const std::exception_ptr& failure, const HttpTestResponse& response) {
                     waited_over = !failure && response.result_int() == 200;
                   });
    for (int i = 0; i < 20; ++i) {
      const HttpTestResponse response = co_await second.exchange(get("/-/ready"));
      EXPECT_EQ(response.result_int(), 200u);
      EXPECT_FALSE(waited_over);
    }
    first.close();
    for (int i = 0; i < 1000 && !waited_over; ++i) {
      const HttpTestResponse response = co_await second.exchange(get("/-/ready"));
      EXPECT_EQ(response.result_int(), 200u);
    }
    EXPECT_TRUE(waited_over);
  });
}

TEST_F(ReceiverConnections, AreClosedWhenTheReceiverStops) {
  // The limit is reached, so the receiver stops while it waits for a connection to leave.
  listen({.connections_max = 1});
  play([&]() -> asio::awaitable<void> {
    HttpClient& client = new_client();
    co_await client.connect();
    const HttpTestResponse response = co_await client.exchange(get("/-/ready"));
    EXPECT_EQ(response.result_int(), 200u);
  });
  std::optional<std::string> rest;
  asio::co_spawn(io_, clients_[0].read_to_end(),
                 [&rest](const std::exception_ptr& failure, std::string text) {
                   if (!failure) rest = std::move(text);
                 });
  io_.restart();
  io_.run_for(30s);
  EXPECT_EQ(rest, "");
}

TEST_F(ReceiverConnections, AreResetIfItIsToldTo) {
  listen({.misbehaviour = {.resets = true}});
  play([&]() -> asio::awaitable<void> {
    HttpClient& client = new_client();
    co_await client.connect();
    bool was_reset = false;
    try {
      co_await client.exchange(write_request(good_body()));
    } catch (const std::exception&) {
      was_reset = true;
    }
    EXPECT_TRUE(was_reset);
  });
}

TEST_F(ReceiverConnections, AreKeptWaitingIfItIsToldTo) {
  listen({.misbehaviour = {.delay = 1ms}});
  play([&]() -> asio::awaitable<void> {
    const HttpTestResponse response = co_await exchange_alone(write_request(good_body()));
    EXPECT_EQ(response.result_int(), 204u);
  });
}

TEST_F(ReceiverConnections, ThatAreKeptWaitingDoNotKeepItFromStopping) {
  listen({.misbehaviour = {.delay = 1h}});
  play([&]() -> asio::awaitable<void> {
    HttpClient& client = new_client();
    co_await client.connect();
    const std::string body = good_body();
    co_await client.send("POST /api/v1/write HTTP/1.1\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
    while (receiver_->store().series_count() == 0) {
      co_await asio::post(asio::use_awaitable);
    }
  });
}

TEST_F(ReceiverConnections, CanBeDroppedWithTheirLoopInTheMiddleOfARequest) {
  auto io = std::make_unique<asio::io_context>(1);
  auto receiver =
      std::make_unique<Receiver>(Receiver::listen(io->get_executor(), ReceiverOptions()).value());
  HttpClient client(io->get_executor(), receiver->port());
  const auto script = [&]() -> asio::awaitable<void> {
    co_await client.connect();
    const HttpTestResponse response = co_await client.exchange(get("/-/ready"));
    EXPECT_EQ(response.result_int(), 200u);
    co_await client.send("POST /api/v1/write HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");
    io->stop();
  };
  const auto rethrow = [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(*io, receiver->run(), rethrow);
  asio::co_spawn(*io, script(), rethrow);
  io->run_for(30s);
  EXPECT_TRUE(io->stopped());
  client.close();
  receiver.reset();
}

}  // namespace
}  // namespace bpfpush
