#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstddef>

#include "receiver/routes.hpp"

namespace bpfpush {

struct ConnectionLimits {
  std::size_t body_bytes_max = 0;
  std::chrono::milliseconds idle_timeout{};  // until the first byte of a request
  std::chrono::milliseconds
      request_timeout{};  // from there to its last byte, and for the answer to be taken
};

// One HTTP/1.1 connection: requests one after another until either side has had enough. Whatever
// goes wrong ends this connection and nothing else.
class Connection {
 public:
  using Stream = boost::beast::tcp_stream;

  // All of them must outlive serve().
  Connection(Stream& stream, Routes& routes, const ConnectionLimits& limits)
      : stream_(stream), routes_(routes), limits_(limits), delay_(stream.get_executor()) {}

  boost::asio::awaitable<void> serve();

  // Makes serve() return soon.
  void close();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using ErrorCode = boost::system::error_code;

  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<bool> exchange();
  boost::asio::awaitable<ErrorCode> read_body(Parser& parser);
  boost::asio::awaitable<bool> send(Reply reply, bool keep_alive);
  boost::asio::awaitable<void> wait(std::chrono::milliseconds span);
  boost::asio::awaitable<void> linger();
  void reset();

  Stream& stream_;
  Routes& routes_;
  const ConnectionLimits& limits_;
  boost::asio::steady_timer delay_;
  // A head must fit; a body passes through in pieces of at most this.
  boost::beast::flat_buffer buffer_{std::size_t{64} * 1024};
};

}  // namespace bpfpush
