#pragma once

#include <cstdint>
#include <vector>

#include "receiver/classic_histogram.hpp"
#include "receiver/received_histogram.hpp"

namespace bpfpush {

// Buckets that the spans of a side have room for.
std::uint64_t span_length(const ReceivedBuckets& side);

// The counts of a side, deltas added up, one for each entry of its list. A sum that leaves what an
// integer holds is NaN from there on.
std::vector<double> bucket_counts(const ReceivedBuckets& side);

// The histogram with cumulative buckets, ascending, the last +Inf; where a bucket does not begin at
// the end of the one before, one without observations is between them. Empty if spans and counts
// do not agree, or a bucket lies where there are no numbers.
std::vector<CumulativeBucket> to_cumulative(const ReceivedHistogram& histogram);

}  // namespace bpfpush
