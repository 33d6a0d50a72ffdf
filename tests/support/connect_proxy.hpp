#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace bpfpush {

// A proxy that makes tunnels (CONNECT), all of them to one port of loopback, whatever host they are
// to reach: names need not resolve. It must outlive the loop's last turn.
class ConnectProxy {
 public:
  ConnectProxy(boost::asio::io_context& io, std::uint16_t backend);

  std::string url() const;  // "http://127.0.0.1:PORT"

  // From now on it answers with this status line's rest, "403 Forbidden", and makes no tunnel.
  void refuse(std::string status) { refusal_ = std::move(status); }

  // The heads of what it was asked, with all headers.
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket client);

  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t backend_;
  std::string refusal_;
  std::vector<std::string> requests_;
};

}  // namespace bpfpush
