#pragma once

#include <cstddef>
#include <span>
#include <string>

struct bpf_object;

namespace bpfpush {

// What the kernel would make of an object, as 32 hex digits: of its file's bytes, and of what was
// put in place since it was opened (constants, that is bounds, filters and settings; sizes of
// maps). Objects of one fingerprint count the same into the same maps. For an object that is opened
// and not yet loaded.
// `more` is what else matters.
std::string fingerprint_of(std::span<const std::byte> file, const bpf_object* object,
                           const std::string& more);

}  // namespace bpfpush
