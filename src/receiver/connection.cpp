#include "receiver/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <string>

namespace bpfpush {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t kFirstReadBytes = 4096;

// How long a peer that was sent away may go on sending, so that it reads our answer instead of a
// reset.
constexpr std::chrono::seconds kLinger{2};

template <typename Name>
std::optional<std::string_view> find_field(const http::fields& fields, Name name) {
  const auto field = fields.find(name);
  if (field == fields.end()) return std::nullopt;
  const auto value = field->value();
  return std::string_view(value.data(), value.size());
}

// The views are of `request`.
RequestHead head_of(const http::request<http::string_body>& request) {
  const auto method = request.method_string();
  const auto target = request.target();
  return {std::string_view(method.data(), method.size()),
          std::string_view(target.data(), target.size()),
          find_field(request, http::field::content_type),
          find_field(request, http::field::content_encoding),
          find_field(request, http::field::user_agent),
          find_field(request, "X-Prometheus-Remote-Write-Version")};
}

bool expects_continue(const http::fields& fields) {
  return beast::iequals(fields[http::field::expect], "100-continue");
}

// What to say about a request that could not be read; nothing where nobody is there to hear it.
std::optional<Reply> reply_to_broken(const boost::system::error_code& error,
                                     std::size_t body_bytes_max) {
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  if (error == http::error::body_limit) {
    return Reply{.status = 413,
                 .body = "the body is larger than " + std::to_string(body_bytes_max) +
                         " bytes: send smaller requests\n"};
  }
  if (error == http::error::header_limit) {
    return Reply{.status = 431, .body = "the request's header is too long\n"};
  }
  if (error.category() != http::make_error_code(http::error::bad_version).category()) {
    return std::nullopt;
  }
  return Reply{.status = 400, .body = "not an HTTP request: " + error.message() + "\n"};
}

}  // namespace

asio::awaitable<void> Connection::serve() {
  bool open = true;
  while (open) {
    open = co_await wait_for_request();
    if (open) open = co_await exchange();
  }
  if (stream_.socket().is_open()) co_await linger();
}

asio::awaitable<bool> Connection::wait_for_request() {
  if (buffer_.size() > 0) co_return true;
  stream_.expires_after(limits_.idle_timeout);
  const auto space = buffer_.prepare(kFirstReadBytes);
  const auto [error, size] =
      co_await stream_.async_read_some(space, asio::as_tuple(asio::use_awaitable));
  buffer_.commit(size);
  co_return !error;
}

// One request and its answer; true if another may follow.
asio::awaitable<bool> Connection::exchange() {
  Parser parser;
  parser.body_limit(limits_.body_bytes_max);
  stream_.expires_after(limits_.request_timeout);
  const auto [head_error, head_size] = co_await http::async_read_header(
      stream_, buffer_, parser, asio::as_tuple(asio::use_awaitable));
  ErrorCode error = head_error;
  if (!error && expects_continue(parser.get())) {
    // The peer holds its body back until it knows that we want it.
    std::optional<Reply> refusal = routes_.refuse_early(head_of(parser.get()));
    if (refusal) {
      const bool sent = co_await send(std::move(*refusal), false);
      co_return sent;
    }
  }
  if (!error) error = co_await read_body(parser);
  if (error) {
    std::optional<Reply> reply = reply_to_broken(error, limits_.body_bytes_max);
    if (!reply) co_return false;
    routes_.note_unread(reply->status, reply->body);
    const bool sent = co_await send(std::move(*reply), false);
    routes_.note_answered();
    co_return sent;
  }
  const http::request<http::string_body>& request = parser.get();
  Reply reply = routes_.answer(head_of(request), std::as_bytes(std::span(request.body())));
  const bool sent = co_await send(std::move(reply), request.keep_alive());
  routes_.note_answered();
  co_return sent;
}

// The parser is a local of exchange(), which awaits this.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
asio::awaitable<Connection::ErrorCode> Connection::read_body(Parser& parser) {
  if (expects_continue(parser.get())) {
    http::response<http::empty_body> go_on(http::status::continue_, 11);
    const auto [error, size] =
        co_await http::async_write(stream_, go_on, asio::as_tuple(asio::use_awaitable));
    if (error) co_return error;
  }
  const auto [error, size] =
      co_await http::async_read(stream_, buffer_, parser, asio::as_tuple(asio::use_awaitable));
  co_return error;
}

// True if the answer went out and the connection stays open.
asio::awaitable<bool> Connection::send(Reply reply, bool keep_alive) {
  if (reply.delay.count() > 0) co_await wait(reply.delay);
  if (reply.resets) {
    reset();
    co_return false;
  }
  http::response<http::string_body> response(static_cast<http::status>(reply.status), 11);
  response.set(http::field::server, "bpfpush/" BPFPUSH_VERSION);
  if (!reply.allow.empty()) {
    response.set(http::field::allow, beast::string_view(reply.allow.data(), reply.allow.size()));
  }
  if (!reply.body.empty()) {
    response.set(http::field::content_type,
                 beast::string_view(reply.content_type.data(), reply.content_type.size()));
  }
  for (const auto& [name, value] : reply.headers) {
    response.set(beast::string_view(name.data(), name.size()), value);
  }
  response.body() = std::move(reply.body);
  response.keep_alive(keep_alive);
  response.prepare_payload();
  stream_.expires_after(limits_.request_timeout);
  const auto [error, size] =
      co_await http::async_write(stream_, response, asio::as_tuple(asio::use_awaitable));
  co_return !error && keep_alive;
}

// Ends early if the peer is sent away meanwhile.
asio::awaitable<void> Connection::wait(std::chrono::milliseconds span) {
  delay_.expires_after(span);
  co_await delay_.async_wait(asio::as_tuple(asio::use_awaitable));
}

// Closing with no patience for what is unsent sends a reset.
void Connection::reset() {
  ErrorCode ignored;
  stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  stream_.socket().close(ignored);
}

void Connection::close() {
  delay_.cancel();
  stream_.close();
}

// Closing a socket with unread bytes resets the connection, and a reset overtakes the answer. So:
// no more from us, and read what still comes, for a while.
asio::awaitable<void> Connection::linger() {
  ErrorCode ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLinger);
  for (;;) {
    buffer_.clear();
    const auto space = buffer_.prepare(buffer_.max_size());
    const auto [error, size] =
        co_await stream_.async_read_some(space, asio::as_tuple(asio::use_awaitable));
    if (error) break;
  }
  stream_.close();
}

}  // namespace bpfpush
