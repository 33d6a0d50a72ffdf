// What goes wrong between a CurlTransport and its receiver, and requests that are abandoned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>

#include "curl_fixture.hpp"
#include "sender/curl_error.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Manner = MockAnswer::Manner;

// CURLcodes are part of libcurl's ABI: their numbers do not change.
constexpr int kCouldNotResolveHost = 6;
constexpr int kCouldNotConnect = 7;
constexpr int kTimedOut = 28;
constexpr int kTlsFailed = 35;
constexpr int kBadCaFile = 77;

bool is_curl_error(const Result<HttpResponse>& reply, int code) {
  return !reply && reply.error().code == boost::system::error_code(code, curl_category());
}

// A port that nobody listens on, or will: it stays bound.
class ClosedPort {
 public:
  explicit ClosedPort(boost::asio::io_context& io)
      : socket_(io, {boost::asio::ip::address_v4::loopback(), 0}) {}

  std::string text() const { return std::to_string(socket_.local_endpoint().port()); }

 private:
  boost::asio::ip::tcp::socket socket_;
};

TEST_F(CurlTransportTest, SaysThatNobodyListensWithoutSecrets) {
  const ClosedPort port(io_);
  CurlTransportOptions options;
  options.url = "http://user:secret@127.0.0.1:" + port.text() + "/w?token=secret";
  const auto reply = post(*make(options));
  EXPECT_TRUE(is_curl_error(reply, kCouldNotConnect));
  const std::string message = reply.error().message();
  EXPECT_THAT(message, StartsWith("http://127.0.0.1:" + port.text() + "/w: "));
  EXPECT_THAT(message, HasSubstr("is a receiver listening there"));
  EXPECT_THAT(message, Not(HasSubstr("secret")));
}

TEST_F(CurlTransportTest, SaysThatAHostIsUnknown) {
  CurlTransportOptions options;
  options.url = "http://host.invalid/w";
  const auto reply = post(*make(options));
  EXPECT_TRUE(is_curl_error(reply, kCouldNotResolveHost));
  EXPECT_THAT(reply.error().message(), HasSubstr("check the host name in url"));
}

TEST_F(CurlTransportTest, GivesUpWhenTheTimeIsOver) {
  receiver_.answer({.manner = Manner::kHang});
  CurlTransportOptions options = this->options();
  options.timeout = 200ms;
  const auto transport = make(options);
  const auto reply = post(*transport);
  EXPECT_TRUE(is_curl_error(reply, kTimedOut));
  EXPECT_THAT(reply.error().message(), HasSubstr("remote_timeout"));
  EXPECT_EQ(post(*transport)->status, 204);
}

TEST_F(CurlTransportTest, GivesUpOnAnAnswerThatDripsForEver) {
  receiver_.answer({.manner = Manner::kDrip});
  CurlTransportOptions options = this->options();
  options.timeout = 200ms;
  const auto transport = make(options);
  EXPECT_TRUE(is_curl_error(post(*transport), kTimedOut));
  EXPECT_EQ(post(*transport)->status, 204);
}

TEST_F(CurlTransportTest, EndsHeadersThatDoNotEnd) {
  receiver_.answer({.manner = Manner::kEndless});
  const auto transport = make();
  const auto reply = post(*transport);
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message(), HasSubstr("64 KiB of headers"));
  EXPECT_EQ(post(*transport)->status, 204);
}

TEST_F(CurlTransportTest, TakesNothingButHttp) {
  const char* const answers[] = {"",
                                 "\r\n\r\n",
                                 "220 smtp.example ESMTP\r\n",
                                 "HTTP/9.9 200 OK\r\n\r\n",
                                 "HTTP/1.1 20",
                                 "HTTP/1.1 abc OK\r\n\r\n"};
  for (const char* answer : answers) {
    SCOPED_TRACE(answer);
    receiver_.answer({.body = answer, .manner = Manner::kRaw});
    EXPECT_FALSE(post(*make()));
  }
}

TEST_F(CurlTransportTest, FailsWhenTheConnectionIsReset) {
  for (const Manner manner : {Manner::kResetBefore, Manner::kResetInside}) {
    SCOPED_TRACE(static_cast<int>(manner));
    receiver_.answer({.status = 200, .body = std::string(1000, 'x'), .manner = manner});
    const auto transport = make();
    const auto reply = post(*transport);
    ASSERT_FALSE(reply);
    EXPECT_EQ(&reply.error().code.category(), &curl_category());
    EXPECT_EQ(post(*transport)->status, 204);
  }
}

TEST_F(CurlTransportTest, WaitsForAnAnswerThatDrips) {
  receiver_.answer({.status = 400, .body = "out of order", .manner = Manner::kByteByByte});
  const auto reply = post(*make());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(reply->body, "out of order");
}

TEST_F(CurlTransportTest, ConnectsAgainWhenTheReceiverHasClosed) {
  receiver_.answer({.manner = Manner::kThenClose});
  const auto transport = make();
  EXPECT_EQ(post(*transport, "one")->status, 204);
  EXPECT_EQ(post(*transport, "two")->status, 204);
  EXPECT_EQ(receiver_.connections(), 2);
  EXPECT_EQ(receiver_.requests().at(1).body, "two");
}

TEST_F(CurlTransportTest, SaysThatTheOtherSideDoesNotSpeakTls) {
  CurlTransportOptions options;
  options.url = "https://127.0.0.1:" + std::to_string(receiver_.port()) + "/w";
  const auto reply = post(*make(options));
  EXPECT_TRUE(is_curl_error(reply, kTlsFailed));
  EXPECT_THAT(reply.error().message(), HasSubstr("does the receiver speak TLS on this port"));
  EXPECT_TRUE(receiver_.requests().empty());
}

TEST_F(CurlTransportTest, SaysThatTheCaFileCannotBeUsed) {
  CurlTransportOptions options;
  options.url = "https://127.0.0.1:" + std::to_string(receiver_.port()) + "/w";
  options.tls.ca_file = "/nonexistent/ca.pem";
  const auto reply = post(*make(options));
  EXPECT_TRUE(is_curl_error(reply, kBadCaFile));
  EXPECT_THAT(reply.error().message(), HasSubstr("tls_config.ca_file"));
}

TEST_F(CurlTransportTest, ServesOneEndpointWhileAnotherHangs) {
  MockReceiver hanging(io_);
  hanging.answer({.manner = Manner::kHang});
  CurlTransportOptions options;
  options.url = hanging.url();
  const auto stuck = make(options);
  const std::string body = "body";
  Reply reply;
  begin_post(*stuck, body, {}, reply);
  run_until([&] { return !hanging.requests().empty(); });
  EXPECT_EQ(post(*make())->status, 204);
  EXPECT_FALSE(reply);
}

// A post that is cancelled after so many turns of the loop, unless it is through by then.
class CancelledPost : public CurlTransportTest {
 protected:
  Result<HttpResponse> post_and_cancel(Transport& transport, int turns) {
    const std::string body(1 << 20, 'x');
    Reply reply;
    boost::asio::cancellation_signal cancel;
    boost::asio::co_spawn(io_, transport.post(HttpRequest{{}, std::as_bytes(std::span(body))}),
                          boost::asio::bind_cancellation_slot(cancel.slot(), store_in(reply)));
    io_.restart();
    for (int i = 0; i < turns && !reply; ++i) io_.run_one_for(kPatience);
    if (!reply) cancel.emit(boost::asio::cancellation_type::terminal);
    wait_for(reply);
    io_.poll();  // emitted outside the loop, the signal is on its way through it and must still
                 // exist
    return *reply;
  }
};

TEST_F(CancelledPost, IsAbandonedAtEveryPointAndTheNextWorks) {
  const auto transport = make();
  const auto is_next = [](const MockRequest& request) { return request.body == "next"; };
  int abandoned = 0;
  for (int turns = 1; turns <= 60; ++turns) {
    SCOPED_TRACE(turns);
    const auto reply = post_and_cancel(*transport, turns);
    if (reply) {
      EXPECT_EQ(reply->status, 204);
    } else {
      EXPECT_EQ(reply.error().code, boost::asio::error::operation_aborted);
      ++abandoned;
    }
    const auto next = post(*transport, "next");
    ASSERT_TRUE(next) << next.error().message();
    EXPECT_EQ(std::ranges::count_if(receiver_.requests(), is_next), turns);
  }
  EXPECT_GT(abandoned, 3);
}

TEST_F(CancelledPost, ClosesItsConnection) {
  receiver_.answer({.manner = Manner::kHang});
  const auto transport = make();
  Reply reply;
  const std::string body = "body";
  boost::asio::cancellation_signal cancel;
  boost::asio::co_spawn(io_, transport->post(HttpRequest{{}, std::as_bytes(std::span(body))}),
                        boost::asio::bind_cancellation_slot(cancel.slot(), store_in(reply)));
  run_until([&] { return !receiver_.requests().empty(); });
  cancel.emit(boost::asio::cancellation_type::terminal);
  wait_for(reply);
  EXPECT_FALSE(reply->has_value());
  EXPECT_EQ(post(*transport)->status, 204);
  EXPECT_EQ(receiver_.connections(), 2);
}

TEST_F(CurlTransportTest, CanBeDestroyedInTheMiddleOfARequest) {
  const std::string body(1 << 20, 'x');
  for (int turns = 0; turns < 30; ++turns) {
    SCOPED_TRACE(turns);
    boost::asio::io_context io{1};
    Reply reply;
    MockReceiver receiver(io);
    receiver.answer({.manner = Manner::kHang});
    CurlLoop loop(io.get_executor());
    CurlTransportOptions options;
    options.url = receiver.url();
    const auto transport = CurlTransport::create(options, {loop, files_, clock_}).value();
    boost::asio::co_spawn(io, transport->post(HttpRequest{{}, std::as_bytes(std::span(body))}),
                          store_in(reply));
    for (int i = 0; i < turns && receiver.requests().empty(); ++i) io.run_one_for(kPatience);
    EXPECT_FALSE(reply);
  }
}

TEST_F(CurlTransportTest, LeavesNothingForTheLoopToWaitFor) {
  boost::asio::io_context io{1};
  CurlLoop loop(io.get_executor());
  const auto transport = CurlTransport::create(options(), {loop, files_, clock_}).value();
  const std::string body = "body";
  Reply reply;
  boost::asio::co_spawn(io, transport->post(HttpRequest{{}, std::as_bytes(std::span(body))}),
                        store_in(reply));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!reply && std::chrono::steady_clock::now() < deadline) {
    io.poll();
    io_.poll();
  }
  ASSERT_TRUE(reply);
  io.run_for(kPatience);
  EXPECT_TRUE(io.stopped());
}

}  // namespace
}  // namespace bpfpush
