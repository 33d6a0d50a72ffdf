#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "snapshot/key_schema.hpp"

namespace bpfpush {

// A label, and the bytes of a map's key that it is made of.
struct MapLabel {
  std::string name;
  std::size_t size = 0;     // 0: as BTF says
  std::size_t padding = 0;  // bytes behind it that mean nothing
  std::vector<DecoderSpec> decoders;
};

}  // namespace bpfpush
