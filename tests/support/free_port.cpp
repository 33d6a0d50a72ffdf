#include "support/free_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

namespace bpfpush {

Result<FileDescriptor> listen_on_loopback(std::uint16_t port) {
  const std::string where = "127.0.0.1:" + std::to_string(port);
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0)
    return last_system_error(where);
  return socket;
}

Result<std::uint16_t> port_of(const FileDescriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return last_system_error("socket");
  return std::uint16_t{ntohs(address.sin_port)};
}

Result<std::uint16_t> free_port() {
  const auto socket = listen_on_loopback(0);
  if (!socket) return socket.error();
  return port_of(*socket);
}

}  // namespace bpfpush
