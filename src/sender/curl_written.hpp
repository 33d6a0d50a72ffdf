#pragma once

#include "sender/transport.hpp"

using CURL = void;

namespace bpfpush {

// The X-Prometheus-Remote-Write-*-Written headers of the answer that the handle has received. A
// value that is no number is as if it were not there.
WrittenCounts written_counts(CURL* easy);

}  // namespace bpfpush
