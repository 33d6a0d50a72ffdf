#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spool/segment.hpp"

namespace bpfpush {

// Counts only grow between two snapshots, so one between them can be left out: no observation is
// lost, only when it was made. What must stay is both sides of a break, where a counter begins,
// ends or starts again: what is between them can be told from nothing else.

// Two neighbours made one.
struct ThinnedSegment {
  std::string bytes;
  SegmentInfo info;
  std::vector<std::uint64_t> dropped;  // ids, ascending
};

// Joins two neighbouring segments. Of their snapshots the first and the last stay, those at both
// sides of a break, and every 2^keep_level-th; gauges so keep the newer value. Nothing if either
// cannot be read whole.
struct ThinOptions {
  std::uint8_t keep_level = 0;
  std::uint8_t level = 0;  // what the result is said to be thinned to
};
std::optional<ThinnedSegment> thin(std::string older, std::string newer,
                                   const ThinOptions& options);

// Which segment to join with the one after it, and how.
struct ThinChoice {
  std::size_t older = 0;  // its index
  ThinOptions options;
};

// The choice that costs least: where the step between snapshots, once thinned, is the smallest part
// of their age. Joining small neighbours costs nothing at all. Nothing if all is thinned to
// `coarsest_step`, or cannot be. `next_id` is that of the next snapshot to come.
std::optional<ThinChoice> choose_thinning(std::span<const SegmentInfo> segments,
                                          std::uint64_t next_id,
                                          std::chrono::nanoseconds coarsest_step);

}  // namespace bpfpush
