#pragma once

#include <cstdint>
#include <span>

namespace bpfpush {

// Adds up the copies that a per-CPU map keeps of one value: `per_cpu` is a value of row.size()
// integers for each possible CPU, one after another. Sets `row`.
inline void merge_cpus(std::span<const std::uint64_t> per_cpu, std::span<std::uint64_t> row) {
  const std::size_t size = row.size();
  for (std::size_t i = 0; i < size; ++i) row[i] = per_cpu[i];
  for (std::size_t at = size; at + size <= per_cpu.size(); at += size) {
    for (std::size_t i = 0; i < size; ++i) row[i] += per_cpu[at + i];
  }
}

}  // namespace bpfpush
