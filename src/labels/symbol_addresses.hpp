#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.hpp"
#include "env/filesystem.hpp"

namespace bpfpush {

// The addresses of kernel symbols, from /proc/kallsyms. A module's is found by its plain name, too
// ("nf_conntrack_lock" or "nf_conntrack_lock\t[nf_conntrack]"), where the kernel itself has none of
// that name. kUnsupported if one of them is missing, naming it, or if the kernel shows this process
// no addresses.
Result<std::map<std::string, std::uint64_t>> symbol_addresses(const Filesystem& filesystem,
                                                              const std::set<std::string>& names);

}  // namespace bpfpush
