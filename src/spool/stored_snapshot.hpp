#pragma once

#include <cstdint>
#include <memory>

#include "snapshot/snapshot.hpp"

namespace bpfpush {

// A snapshot as the log on disk holds it.
struct StoredSnapshot {
  std::uint64_t id = 0;
  bool begins_run = false;  // the first that this run of the agent took
  std::shared_ptr<const Snapshot> snapshot;
};

}  // namespace bpfpush
