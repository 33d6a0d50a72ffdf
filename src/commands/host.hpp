#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "env/filesystem.hpp"

namespace bpfpush {

// What this host or user lacks to load BPF programs, in one sentence that says what to do; nothing
// if it has all.
std::optional<std::string> missing_for_bpf(const Filesystem& filesystem);

// The same, decided from the effective capabilities (the bits of CapEff in /proc/self/status) and
// whether the kernel shows its BTF.
std::optional<std::string> missing_for_bpf(std::uint64_t capabilities, bool has_btf);

}  // namespace bpfpush
