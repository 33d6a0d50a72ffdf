#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/reader.hpp"

namespace bpfpush {

// The list under `remote_write`: one mapping for each endpoint.
std::vector<RemoteWriteConfig> read_remote_write(const ValueReader& list);

}  // namespace bpfpush
