#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string>

namespace bpfpush {

using HttpTestRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpTestResponse = boost::beast::http::response<boost::beast::http::string_body>;

// One connection to 127.0.0.1. A failure of the connection throws; so does a wait of more than 10
// seconds.
class HttpClient {
 public:
  HttpClient(const boost::asio::any_io_executor& executor, std::uint16_t port);

  boost::asio::awaitable<void> connect();
  boost::asio::awaitable<HttpTestResponse> exchange(HttpTestRequest request);

  boost::asio::awaitable<void> send(std::string text);
  boost::asio::awaitable<HttpTestResponse> read_response();
  boost::asio::awaitable<std::string> read_some();
  // What comes until the peer closes.
  boost::asio::awaitable<std::string> read_to_end();

  void close() { stream_.close(); }
  // Closes with a reset instead of an orderly end.
  void reset();

 private:
  boost::beast::tcp_stream stream_;
  std::uint16_t port_;
  boost::beast::flat_buffer buffer_;
};

// A write request with all headers that a sender must send.
HttpTestRequest write_request(std::string body);

HttpTestRequest get(const char* target);

}  // namespace bpfpush
