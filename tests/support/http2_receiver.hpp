#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace bpfpush {

// As little of HTTP/2 (RFC 9113) as it takes to answer each request with 204. Without TLS, which a
// TlsFront takes off. It must outlive the loop's last turn.
class Http2Receiver {
 public:
  explicit Http2Receiver(boost::asio::io_context& io);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  const std::vector<std::string>& bodies() const { return bodies_; }
  int connections() const { return connections_; }

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::string> bodies_;
  int connections_ = 0;
};

}  // namespace bpfpush
