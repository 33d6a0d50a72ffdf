#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "support/certificates.hpp"

namespace bpfpush {

struct TlsFrontOptions {
  Identity identity;
  std::string client_ca = {};         // PEM; given: clients must have a certificate of it
  int version_max = 0;                // TLS1_1_VERSION, say; 0: the newest
  std::string protocol = "http/1.1";  // that it picks of what clients offer
};

// Takes TLS off connections and hands them on to a server of plain text on the same loop and host.
// It must outlive the loop's last turn.
class TlsFront {
 public:
  TlsFront(boost::asio::io_context& io, const TlsFrontOptions& options, std::uint16_t backend);

  std::uint16_t port() const;
  std::string url() const;  // "https://127.0.0.1:PORT/api/v1/write"

  int handshakes() const { return handshakes_; }
  const std::string& client() const { return client_; }  // who the last one was by its certificate
  const std::vector<std::string>& offered() const {
    return offered_;
  }  // protocols, by the last one

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ssl::context context_;
  std::string protocol_;
  std::uint16_t backend_;
  int handshakes_ = 0;
  std::string client_;
  std::vector<std::string> offered_;
};

}  // namespace bpfpush
