#include "receiver/receiver_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

// No script takes a second; one that hangs fails.
constexpr std::chrono::seconds kDeadline{30};

}  // namespace

void ReceiverFixture::listen(ReceiverOptions options) {
  receiver_.emplace(Receiver::listen(io_.get_executor(), std::move(options)).value());
}

void ReceiverFixture::play(const Script& script) {
  asio::cancellation_signal stop;
  bool played = false;
  bool stopped = false;
  auto on_stop = [&stopped](const std::exception_ptr& failure) {
    stopped = true;
    if (failure) std::rethrow_exception(failure);
  };
  auto on_end = [&played, &stop](const std::exception_ptr& failure) {
    played = true;
    stop.emit(asio::cancellation_type::terminal);
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(io_, receiver_->run(),
                 asio::bind_cancellation_slot(stop.slot(), std::move(on_stop)));
  asio::co_spawn(io_, script(), std::move(on_end));
  io_.run_for(kDeadline);
  EXPECT_TRUE(played);
  EXPECT_TRUE(stopped);
}

asio::awaitable<HttpTestResponse> ReceiverFixture::exchange_alone(HttpTestRequest request) {
  HttpClient& client = new_client();
  co_await client.connect();
  HttpTestResponse response = co_await client.exchange(std::move(request));
  co_return response;
}

asio::awaitable<std::string> ReceiverFixture::answer_to(std::string text) {
  HttpClient& client = new_client();
  co_await client.connect();
  co_await client.send(std::move(text));
  std::string answer = co_await client.read_to_end();
  co_return answer;
}

}  // namespace bpfpush
