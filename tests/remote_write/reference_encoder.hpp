#pragma once

#include <cstddef>
#include <vector>

#include "remote_write/label.hpp"
#include "remote_write_1.pb.h"
#include "snapshot/snapshot.hpp"

namespace bpfpush::testing {

// What Encoder shall make of the series [begin, end) of a snapshot, made with the protobuf library
// in the plainest way.
prometheus::WriteRequest reference_request(const Snapshot& snapshot,
                                           const std::vector<Label>& external, std::size_t begin,
                                           std::size_t end, bool with_metadata);

}  // namespace bpfpush::testing
