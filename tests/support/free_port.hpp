#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "env/file_descriptor.hpp"

namespace bpfpush {

// A TCP port of 127.0.0.1 that was free a moment ago, for a program that must be told its port.
Result<std::uint16_t> free_port();

// A socket that listens on 127.0.0.1; port 0 is any free one.
Result<FileDescriptor> listen_on_loopback(std::uint16_t port);

// The port of such a socket.
Result<std::uint16_t> port_of(const FileDescriptor& socket);

}  // namespace bpfpush
