#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"

namespace bpfpush {

// Finds damage to a BPF object that libbpf before 1.3 would crash over: its BTF speaks of types or
// names that are not there. kMalformed says what. All else is left to libbpf, also to say that
// something is no BPF object at all.
Result<void> check_object(std::span<const std::byte> object);

}  // namespace bpfpush
