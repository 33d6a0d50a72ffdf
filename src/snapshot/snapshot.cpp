#include "snapshot/snapshot.hpp"

#include <numeric>

namespace bpfpush {

std::uint64_t observation_count(std::span<const std::uint64_t> histogram_row) {
  return std::accumulate(histogram_row.begin() + 1, histogram_row.end(), std::uint64_t{0});
}

std::size_t memory_bytes(const Snapshot& snapshot) {
  std::size_t bytes = sizeof snapshot;
  for (const FamilySnapshot& family : snapshot.families) {
    bytes += sizeof family + family.series.capacity() * sizeof family.series[0] +
             family.values.capacity() * sizeof family.values[0];
  }
  return bytes;
}

}  // namespace bpfpush
