#include "support/http2_receiver.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <utility>

namespace bpfpush {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kPrefaceBytes = 24;
constexpr std::size_t kFrameHeadBytes = 9;
enum FrameType : unsigned char { kData = 0, kHeaders = 1, kSettings = 4 };
enum FrameFlag : unsigned char { kEndStream = 1, kAck = 1, kEndHeaders = 4 };

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

// The stream's four bytes are taken from the frame that is answered.
std::string frame(FrameType type, unsigned char flags, std::string_view stream,
                  std::string_view payload) {
  std::string text{0, 0, static_cast<char>(payload.size())};
  text += static_cast<char>(type);
  text += static_cast<char>(flags);
  return text.append(stream).append(payload);
}

const std::string kConnection(4, '\0');  // stream 0

}  // namespace

Http2Receiver::Http2Receiver(asio::io_context& io)
    : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  asio::co_spawn(io, accept(), rethrow);
}

asio::awaitable<void> Http2Receiver::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kAsTuple);
    if (error) co_return;
    connections_ += 1;
    asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), rethrow);
  }
}

asio::awaitable<void> Http2Receiver::serve(tcp::socket socket) {
  std::string bytes(kPrefaceBytes, '\0');
  const auto preface = asio::buffer(bytes);
  const auto [error, size] = co_await asio::async_read(socket, preface, kAsTuple);
  if (error || !bytes.starts_with("PRI * HTTP/2.0")) co_return;
  std::string answer = frame(kSettings, 0, kConnection, "");
  std::string body;
  for (;;) {
    const auto out = asio::buffer(answer);
    const auto [write_error, written] = co_await asio::async_write(socket, out, kAsTuple);
    std::string head(kFrameHeadBytes, '\0');
    const auto head_space = asio::buffer(head);
    const auto [head_error, head_size] = co_await asio::async_read(socket, head_space, kAsTuple);
    if (write_error || head_error) co_return;
    const auto byte = [&head](std::size_t i) { return static_cast<unsigned char>(head[i]); };
    std::string payload((byte(0) << 16) + (byte(1) << 8) + byte(2), '\0');
    const auto space = asio::buffer(payload);
    const auto [read_error, read_size] = co_await asio::async_read(socket, space, kAsTuple);
    if (read_error) co_return;
    answer.clear();
    if (byte(3) == kSettings && (byte(4) & kAck) == 0) {
      answer = frame(kSettings, kAck, kConnection, "");
    } else if (byte(3) == kData) {
      body += payload;
      if ((byte(4) & kEndStream) == 0) continue;
      bodies_.push_back(std::exchange(body, ""));
      // 0x89 is the static table's ":status: 204".
      answer = frame(kHeaders, kEndStream | kEndHeaders, head.substr(5), "\x89");
    }
  }
}

}  // namespace bpfpush
