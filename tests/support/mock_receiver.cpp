#include "support/mock_receiver.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <string_view>

namespace bpfpush {
namespace asio = boost::asio;

namespace {

using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::string_view kNotHttp = "HTTP/1.1 400 Bad Request\r\n\r\n";

void rethrow(std::exception_ptr error) {
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

// Closing with data unsent and no patience sends a reset.
void reset(tcp::socket& socket) {
  socket.set_option(asio::socket_base::linger(true, 0));
  socket.close();
}

// The next request; nothing more to expect from the connection if it has no start line.
asio::awaitable<MockRequest> read_request(tcp::socket& socket, std::string& buffer) {
  auto dynamic = asio::dynamic_buffer(buffer);
  if (buffer.empty()) {
    const auto one = asio::transfer_at_least(1);
    const auto [begin_error, begin] = co_await asio::async_read(socket, dynamic, one, kAsTuple);
    if (begin_error) co_return MockRequest();
  }
  if (buffer[0] != 'P') {  // a TLS handshake, to which a server of plain HTTP says so in plain HTTP
    const auto refusal = asio::buffer(kNotHttp);
    co_await asio::async_write(socket, refusal, kAsTuple);
    co_return MockRequest();
  }
  const auto [error, size] = co_await asio::async_read_until(socket, dynamic, "\r\n\r\n", kAsTuple);
  if (error) co_return MockRequest();
  MockRequest request = parse_head(std::string_view(buffer).substr(0, size));
  buffer.erase(0, size);
  const std::string length = request.header("Content-Length");
  const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
  if (buffer.size() < body_size) {
    const auto rest = asio::transfer_exactly(body_size - buffer.size());
    const auto [body_error, read] = co_await asio::async_read(socket, dynamic, rest, kAsTuple);
    if (body_error) co_return MockRequest();
  }
  request.body = buffer.substr(0, body_size);
  buffer.erase(0, body_size);
  co_return request;
}

asio::awaitable<void> write_byte_by_byte(tcp::socket& socket, const std::string& text) {
  socket.set_option(tcp::no_delay(true));
  for (const char& byte : text) {
    const auto buffer = asio::buffer(&byte, 1);
    const auto [error, size] = co_await asio::async_write(socket, buffer, kAsTuple);
    if (error) co_return;
    co_await asio::post(asio::use_awaitable);
  }
}

asio::awaitable<void> wait_for_close(tcp::socket& socket) {
  char byte = 0;
  const auto buffer = asio::buffer(&byte, 1);
  co_await asio::async_read(socket, buffer, kAsTuple);
}

}  // namespace

std::string MockRequest::header(const std::string& name) const {
  const auto same = [&name](const auto& header) { return header.first == name; };
  const auto found = std::find_if(headers.begin(), headers.end(), same);
  return found == headers.end() ? "" : found->second;
}

MockReceiver::MockReceiver(asio::io_context& io)
    : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  asio::co_spawn(io, accept(), rethrow);
}

std::uint16_t MockReceiver::port() const {
  return acceptor_.local_endpoint().port();
}

std::string MockReceiver::url() const {
  return "http://127.0.0.1:" + std::to_string(port()) + "/api/v1/write";
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
  std::string buffer;
  for (;;) {
    MockRequest request = co_await read_request(socket, buffer);
    if (request.start_line.empty()) co_return;
    requests_.push_back(std::move(request));
    const MockAnswer answer = next_answer();
    const std::string text = to_text(answer);
    switch (answer.manner) {
      case MockAnswer::Manner::kResetBefore:
        reset(socket);
        co_return;
      case MockAnswer::Manner::kHang:
        co_await wait_for_close(socket);
        co_return;
      case MockAnswer::Manner::kByteByByte:
        co_await write_byte_by_byte(socket, text);
        break;
      case MockAnswer::Manner::kResetInside: {
        const auto half = asio::buffer(text, text.size() / 2);
        co_await asio::async_write(socket, half, kAsTuple);
        reset(socket);
        co_return;
      }
      case MockAnswer::Manner::kWhole:
      case MockAnswer::Manner::kThenClose: {
        const auto whole = asio::buffer(text);
        const auto [error, size] = co_await asio::async_write(socket, whole, kAsTuple);
        if (error || answer.manner == MockAnswer::Manner::kThenClose) co_return;
        break;
      }
    }
  }
}

}  // namespace bpfpush
