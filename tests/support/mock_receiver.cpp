#include "support/mock_receiver.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <exception>
#include <string_view>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

MockRequest parse_head(std::string_view head) {
  MockRequest request;
  for (std::size_t begin = 0; begin < head.size();) {
    const std::size_t end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end - begin);
    const std::size_t colon = line.find(':');
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    if (begin == 0) {
      request.start_line = line;
    } else if (colon != std::string_view::npos) {
      request.headers.emplace_back(line.substr(0, colon),
                                   line.substr(std::min(value, line.size())));
    }
    begin = end + 2;
  }
  return request;
}

std::string to_text(const MockAnswer& answer) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " Status\r\n";
  for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
  if (answer.status != 204) {
    text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  return text + "\r\n" + answer.body;
}

// The server's side of one connection. Its coroutines end with it.
class Connection {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {}

  // The next request; nothing more to expect from this connection if it has no start line.
  asio::awaitable<MockRequest> read_request();

  // False if nothing more can be written.
  asio::awaitable<bool> write(std::string text);
  asio::awaitable<bool> write_byte_by_byte(std::string text);

  // An answer that never ends, a byte at a time, until the client closes.
  asio::awaitable<void> drip();
  asio::awaitable<void> write_endless_headers();
  asio::awaitable<void> wait_for_close();

  // Closing with no patience for data unsent sends a reset.
  void reset() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }

 private:
  // False if the client closed before so much was there.
  asio::awaitable<bool> fill(std::size_t size);

  tcp::socket socket_;
  std::string buffer_;  // read and not used yet
};

asio::awaitable<bool> Connection::fill(std::size_t size) {
  if (buffer_.size() >= size) co_return true;
  auto dynamic = asio::dynamic_buffer(buffer_);
  const auto rest = asio::transfer_at_least(size - buffer_.size());
  const auto [error, read] = co_await asio::async_read(socket_, dynamic, rest, kAsTuple);
  co_return !error;
}

asio::awaitable<MockRequest> Connection::read_request() {
  const bool has_begun = co_await fill(1);
  if (!has_begun) co_return MockRequest();
  if (buffer_[0] != 'P') {  // a TLS handshake, which a server of plain HTTP refuses in plain HTTP
    co_await write("HTTP/1.1 400 Bad Request\r\n\r\n");
    co_return MockRequest();
  }
  auto dynamic = asio::dynamic_buffer(buffer_);
  const auto [error, size] =
      co_await asio::async_read_until(socket_, dynamic, "\r\n\r\n", kAsTuple);
  if (error) co_return MockRequest();
  MockRequest request = parse_head(std::string_view(buffer_).substr(0, size));
  buffer_.erase(0, size);
  const std::string length = request.header("Content-Length");
  const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
  const bool is_whole = co_await fill(body_size);
  if (!is_whole) co_return MockRequest();
  request.body = buffer_.substr(0, body_size);
  buffer_.erase(0, body_size);
  co_return request;
}

asio::awaitable<bool> Connection::write(std::string text) {
  const auto whole = asio::buffer(text);
  const auto [error, size] = co_await asio::async_write(socket_, whole, kAsTuple);
  co_return !error;
}

asio::awaitable<bool> Connection::write_byte_by_byte(std::string text) {
  socket_.set_option(tcp::no_delay(true));
  for (const char byte : text) {
    const bool written = co_await write(std::string(1, byte));
    if (!written) co_return false;
    co_await asio::post(asio::use_awaitable);
  }
  co_return true;
}

asio::awaitable<void> Connection::drip() {
  asio::steady_timer timer(socket_.get_executor());
  bool is_open = co_await write("HTTP/1.1 200 OK\r\nX-Slow: ");
  while (is_open) {
    timer.expires_after(std::chrono::milliseconds(20));
    co_await timer.async_wait(kAsTuple);
    is_open = co_await write("x");
  }
}

asio::awaitable<void> Connection::write_endless_headers() {
  const std::string header = "X-Filler: " + std::string(1'000, 'x') + "\r\n";
  bool is_open = co_await write("HTTP/1.1 200 OK\r\n");
  while (is_open) is_open = co_await write(header);
}

asio::awaitable<void> Connection::wait_for_close() {
  char byte = 0;
  const auto buffer = asio::buffer(&byte, 1);
  co_await asio::async_read(socket_, buffer, kAsTuple);
}

}  // namespace

std::string MockRequest::header(const std::string& name) const {
  const auto same = [&name](const auto& header) { return header.first == name; };
  const auto found = std::find_if(headers.begin(), headers.end(), same);
  return found == headers.end() ? "" : found->second;
}

MockReceiver::MockReceiver(asio::io_context& io, const asio::ip::address& address)
    : acceptor_(io, tcp::endpoint(address, 0)) {
  asio::co_spawn(io, accept(), rethrow);
}

std::uint16_t MockReceiver::port() const {
  return acceptor_.local_endpoint().port();
}

std::string MockReceiver::url() const {
  const asio::ip::address address = acceptor_.local_endpoint().address();
  const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return "http://" + host + ":" + std::to_string(port()) + "/api/v1/write";
}

asio::awaitable<void> MockReceiver::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kAsTuple);
    if (error) co_return;
    connections_ += 1;
    asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), rethrow);
  }
}

MockAnswer MockReceiver::next_answer() {
  if (script_.empty()) return {};
  MockAnswer answer = std::move(script_.front());
  script_.pop_front();
  return answer;
}

asio::awaitable<void> MockReceiver::serve(tcp::socket socket) {
  Connection connection(std::move(socket));
  bool is_open = true;
  while (is_open) {
    MockRequest request = co_await connection.read_request();
    if (request.start_line.empty()) co_return;
    requests_.push_back(std::move(request));
    MockAnswer answer = next_answer();
    if (answer.quotes) {
      for (const auto& [name, value] : requests_.back().headers) {
        answer.body += name + ": " + value + "\n";
      }
    }
    const std::string text = to_text(answer);
    switch (answer.manner) {
      case MockAnswer::Manner::kWhole:
        is_open = co_await connection.write(text);
        break;
      case MockAnswer::Manner::kByteByByte:
        is_open = co_await connection.write_byte_by_byte(text);
        break;
      case MockAnswer::Manner::kThenClose:
        co_await connection.write(text);
        co_return;
      case MockAnswer::Manner::kResetInside:
        co_await connection.write(text.substr(0, text.size() / 2));
        connection.reset();
        co_return;
      case MockAnswer::Manner::kResetBefore:
        connection.reset();
        co_return;
      case MockAnswer::Manner::kRaw:
        co_await connection.write(answer.body);
        co_return;
      case MockAnswer::Manner::kDrip:
        co_await connection.drip();
        co_return;
      case MockAnswer::Manner::kEndless:
        co_await connection.write_endless_headers();
        co_return;
      case MockAnswer::Manner::kHang:
        co_await connection.wait_for_close();
        co_return;
    }
  }
}

}  // namespace bpfpush
