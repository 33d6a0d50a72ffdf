#include "receiver/receiver.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <list>

#include "base/log.hpp"
#include "receiver/connection.hpp"

namespace bpfpush {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// After a failed accept (no descriptor left, say): it would fail again at once.
constexpr std::chrono::milliseconds kAcceptPause{100};

// A connection and what it is served with. At a fixed address, because its coroutine refers to it.
struct Guest {
  Guest(tcp::socket socket, Routes& routes, const ConnectionLimits& limits)
      : stream(std::move(socket)), connection(stream, routes, limits) {}

  Connection::Stream stream;
  Connection connection;
};

// The connections that are being served. Lives in run()'s frame, which outlasts them.
class Guests {
 public:
  Guests(const asio::any_io_executor& executor, Routes& routes, ConnectionLimits limits)
      : routes_(routes), limits_(limits), left_(executor, asio::steady_timer::time_point::max()) {}

  std::size_t size() const { return guests_.size(); }

  void admit(tcp::socket socket) {
    const auto executor = socket.get_executor();
    const auto guest = guests_.emplace(guests_.end(), std::move(socket), routes_, limits_);
    auto on_end = [this, guest](const std::exception_ptr& failure) {
      guests_.erase(guest);
      left_.cancel();
      if (failure) std::rethrow_exception(failure);
    };
    asio::co_spawn(executor, guest->connection.serve(), std::move(on_end));
  }

  // Returns when a connection has ended, or when the caller is cancelled.
  asio::awaitable<void> wait_for_leave() {
    co_await left_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  void close_all() {
    for (Guest& guest : guests_) guest.connection.close();
  }

 private:
  Routes& routes_;
  ConnectionLimits limits_;
  std::list<Guest> guests_;
  asio::steady_timer left_;  // never expires; cancelled when a connection has ended
};

asio::awaitable<bool> is_cancelled() {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

asio::awaitable<void> pause_after(boost::system::error_code error) {
  log::warn("a connection could not be accepted", {{"error", error.message()}});
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, kAcceptPause);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

// Receiver::run(), which awaits it, holds both.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
asio::awaitable<void> accept_until_cancelled(tcp::acceptor& acceptor, Guests& guests,
                                             std::size_t connections_max) {
  for (;;) {
    const bool cancelled = co_await is_cancelled();
    if (cancelled) co_return;
    if (guests.size() >= connections_max) {
      co_await guests.wait_for_leave();
      continue;
    }
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!error) {
      guests.admit(std::move(socket));
    } else if (error != asio::error::operation_aborted) {
      co_await pause_after(error);
    }
  }
}

Result<tcp::acceptor> open_acceptor(const asio::any_io_executor& executor,
                                    const tcp::endpoint& endpoint) {
  tcp::acceptor acceptor(executor);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return acceptor;
  return Error(error, "listen on " + endpoint.address().to_string() + " port " +
                          std::to_string(endpoint.port()));
}

}  // namespace

Result<Receiver> Receiver::listen(const asio::any_io_executor& executor, ReceiverOptions options) {
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) {
    return Error(Errc::kInvalidConfig,
                 "\"" + options.address + "\" is no IP address to listen on; 127.0.0.1 is one");
  }
  Result<tcp::acceptor> acceptor = open_acceptor(executor, {address, options.port});
  if (!acceptor) return acceptor.error();
  return Receiver(std::move(*acceptor), std::move(options));
}

Receiver::Receiver(tcp::acceptor acceptor, ReceiverOptions options)
    : acceptor_(std::move(acceptor)), options_(std::move(options)), store_(options_.series_max) {}

std::uint16_t Receiver::port() const {
  return acceptor_.local_endpoint().port();
}

std::string Receiver::url() const {
  const tcp::endpoint endpoint = acceptor_.local_endpoint();
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return "http://" + host + ":" + std::to_string(endpoint.port()) + "/api/v1/write";
}

asio::awaitable<void> Receiver::run() {
  // Cancelled, it still has connections to wait for, so here cancellation is looked at and never
  // thrown.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const ConnectionLimits limits{options_.body_bytes_max, options_.idle_timeout,
                                options_.request_timeout};
  Routes routes(store_, on_request_,
                {options_.message_bytes_max, options_.series_max, options_.ignored_rules,
                 options_.misbehaviour, options_.wall_now, on_answer_});
  Guests guests(acceptor_.get_executor(), routes, limits);
  co_await accept_until_cancelled(acceptor_, guests, options_.connections_max);
  guests.close_all();
  while (guests.size() > 0) {
    co_await guests.wait_for_leave();
  }
  for (conformance::Finding& finding : routes.finish()) missing_.push_back(std::move(finding));
  co_await asio::this_coro::throw_if_cancelled(throws);
}

}  // namespace bpfpush
