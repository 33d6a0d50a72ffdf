#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "receiver/http_client.hpp"
#include "receiver/receiver.hpp"

namespace bpfpush {

// A receiver on a port of its own and the clients that talk to it, on one loop.
class ReceiverFixture : public ::testing::Test {
 protected:
  using Script = std::function<boost::asio::awaitable<void>()>;

  void listen(ReceiverOptions options);

  // Plays `script` beside the receiver, then stops the receiver and waits until it has.
  void play(const Script& script);

  // Clients live as long as the test, so that those a script leaves open are open when the receiver
  // stops.
  HttpClient& new_client() { return clients_.emplace_back(io_.get_executor(), receiver_->port()); }

  // A request and its answer on a connection of its own.
  boost::asio::awaitable<HttpTestResponse> exchange_alone(HttpTestRequest request);

  // Sends `text` on a new connection, and returns what comes until the receiver closes it.
  boost::asio::awaitable<std::string> answer_to(std::string text);

  boost::asio::io_context io_{1};
  std::optional<Receiver> receiver_;
  std::deque<HttpClient> clients_;
};

}  // namespace bpfpush
