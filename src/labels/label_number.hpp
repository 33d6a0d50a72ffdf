#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "env/filesystem.hpp"
#include "snapshot/key_schema.hpp"

namespace bpfpush {

// The number that stands in keys where the label `field` is to be `text`, which is what KeyDecoder
// does, backwards: an enumerator by its name, a device by its name or as "8:0", the first of what
// another decoder calls so, else the number itself. kNotFound if nothing is called so now.
Result<std::uint64_t> number_of_label(const KeyField& field, const std::string& text,
                                      const Filesystem& filesystem);

}  // namespace bpfpush
