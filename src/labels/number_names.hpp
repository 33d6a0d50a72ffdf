#pragma once

#include <cstdint>
#include <string>

namespace bpfpush {

// "EPIPE"; "" for a number that is no errno.
std::string errno_name(std::uint64_t number);

// "openat", by the numbers of the architecture this is built for; "" for a number that is none.
std::string syscall_name(std::uint64_t number);

}  // namespace bpfpush
