#include "support/tls_front.hpp"

#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "support/relay.hpp"

namespace bpfpush {
namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

std::string common_name(SSL* connection) {
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(connection),
                                                           X509_free);
  if (!certificate) return {};
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                            sizeof name);
  return name;
}

// Names, each behind a byte that is its length.
std::vector<std::string> split_protocols(const unsigned char* list, unsigned size) {
  std::vector<std::string> names;
  for (unsigned at = 0; at < size; at += 1u + list[at]) {
    names.emplace_back(reinterpret_cast<const char*>(list + at + 1), list[at]);
  }
  return names;
}

}  // namespace

TlsFront::TlsFront(asio::io_context& io, const TlsFrontOptions& options, std::uint16_t backend)
    : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      context_(ssl::context::tls_server),
      protocol_(options.protocol),
      backend_(backend) {
  context_.use_certificate(asio::buffer(options.identity.certificate), ssl::context::pem);
  context_.use_private_key(asio::buffer(options.identity.key), ssl::context::pem);
  if (!options.client_ca.empty()) {
    context_.add_certificate_authority(asio::buffer(options.client_ca));
    context_.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  }
  if (options.version_max != 0) {
    SSL_CTX_set_security_level(context_.native_handle(), 0);  // else it has no old versions
    SSL_CTX_set_max_proto_version(context_.native_handle(), options.version_max);
  }
  const auto choose = [](SSL*, const unsigned char** out, unsigned char* out_size,
                         const unsigned char* list, unsigned size, void* self) {
    auto& front = *static_cast<TlsFront*>(self);
    front.offered_ = split_protocols(list, size);
    for (unsigned at = 0; at < size; at += 1u + list[at]) {
      const std::string name(reinterpret_cast<const char*>(list + at + 1), list[at]);
      if (name != front.protocol_) continue;
      *out = list + at + 1;
      *out_size = list[at];
      return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
  };
  SSL_CTX_set_alpn_select_cb(context_.native_handle(), choose, this);
  asio::co_spawn(io, accept(), rethrow);
}

std::uint16_t TlsFront::port() const {
  return acceptor_.local_endpoint().port();
}

std::string TlsFront::url() const {
  return "https://127.0.0.1:" + std::to_string(port()) + "/api/v1/write";
}

asio::awaitable<void> TlsFront::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kAsTuple);
    if (error) co_return;
    asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), rethrow);
  }
}

asio::awaitable<void> TlsFront::serve(tcp::socket socket) {
  ssl::stream<tcp::socket> client(std::move(socket), context_);
  const auto [error] = co_await client.async_handshake(ssl::stream_base::server, kAsTuple);
  if (error) co_return;
  handshakes_ += 1;
  client_ = common_name(client.native_handle());
  tcp::socket server(acceptor_.get_executor());
  const tcp::endpoint target(asio::ip::address_v4::loopback(), backend_);
  const auto [refused] = co_await server.async_connect(target, kAsTuple);
  if (refused) co_return;
  co_await relay(&client, &server);
}

}  // namespace bpfpush
