#include "receiver/http_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <stdexcept>

namespace bpfpush {
namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::chrono::seconds kDeadline{10};

}  // namespace

HttpClient::HttpClient(const asio::any_io_executor& executor, std::uint16_t port)
    : stream_(executor), port_(port) {}

asio::awaitable<void> HttpClient::connect() {
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port_);
  stream_.expires_after(kDeadline);
  co_await stream_.async_connect(endpoint, asio::use_awaitable);
}

asio::awaitable<HttpTestResponse> HttpClient::exchange(HttpTestRequest request) {
  stream_.expires_after(kDeadline);
  co_await http::async_write(stream_, request, asio::use_awaitable);
  HttpTestResponse response = co_await read_response();
  co_return response;
}

asio::awaitable<void> HttpClient::send(std::string text) {
  stream_.expires_after(kDeadline);
  const auto bytes = asio::buffer(text);
  co_await asio::async_write(stream_, bytes, asio::use_awaitable);
}

asio::awaitable<HttpTestResponse> HttpClient::read_response() {
  stream_.expires_after(kDeadline);
  HttpTestResponse response;
  co_await http::async_read(stream_, buffer_, response, asio::use_awaitable);
  co_return response;
}

asio::awaitable<std::string> HttpClient::read_some() {
  stream_.expires_after(kDeadline);
  std::string text(4096, '\0');
  const auto space = asio::buffer(text);
  const std::size_t size = co_await stream_.async_read_some(space, asio::use_awaitable);
  text.resize(size);
  co_return text;
}

asio::awaitable<std::string> HttpClient::read_to_end() {
  stream_.expires_after(kDeadline);
  std::string text;
  for (;;) {
    char chunk[4096];
    const auto space = asio::buffer(chunk);
    const auto [error, size] =
        co_await stream_.async_read_some(space, asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::eof) co_return text;
    if (error) throw std::runtime_error("no orderly end: " + error.message());
    text.append(chunk, size);
  }
}

void HttpClient::reset() {
  stream_.socket().set_option(asio::socket_base::linger(true, 0));
  stream_.socket().close();
}

HttpTestRequest write_request(std::string body) {
  HttpTestRequest request(http::verb::post, "/api/v1/write", 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::content_type, "application/x-protobuf");
  request.set(http::field::content_encoding, "snappy");
  request.set("X-Prometheus-Remote-Write-Version", "0.1.0");
  request.body() = std::move(body);
  request.prepare_payload();
  return request;
}

HttpTestRequest get(const char* target) {
  HttpTestRequest request(http::verb::get, target, 11);
  request.set(http::field::host, "127.0.0.1");
  return request;
}

}  // namespace bpfpush
