#include "support/connect_proxy.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <exception>
#include <utility>

#include "support/relay.hpp"

namespace bpfpush {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

ConnectProxy::ConnectProxy(asio::io_context& io, std::uint16_t backend)
    : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), backend_(backend) {
  asio::co_spawn(io, accept(), rethrow);
}

std::string ConnectProxy::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

asio::awaitable<void> ConnectProxy::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kAsTuple);
    if (error) co_return;
    asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), rethrow);
  }
}

asio::awaitable<void> ConnectProxy::serve(tcp::socket client) {
  std::string head;
  auto buffer = asio::dynamic_buffer(head);
  const auto [error, size] = co_await asio::async_read_until(client, buffer, "\r\n\r\n", kAsTuple);
  if (error) co_return;
  requests_.push_back(head);  // a client says nothing more before the answer
  const bool refused = !refusal_.empty() || !head.starts_with("CONNECT ");
  const std::string status = refused ? refusal_ : "200 Connection established";
  const std::string answer = "HTTP/1.1 " + status + "\r\n\r\n";
  const auto whole = asio::buffer(answer);
  co_await asio::async_write(client, whole, kAsTuple);
  if (refused) co_return;
  tcp::socket server(acceptor_.get_executor());
  const tcp::endpoint target(asio::ip::address_v4::loopback(), backend_);
  const auto [unreachable] = co_await server.async_connect(target, kAsTuple);
  if (unreachable) co_return;
  co_await relay(&client, &server);
}

}  // namespace bpfpush
