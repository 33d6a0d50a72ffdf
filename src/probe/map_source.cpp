#include "probe/map_source.hpp"

#include <algorithm>
#include <utility>

namespace bpfpush {

MapSource::MapSource(MapReader entries, std::optional<MapReader> overflow)
    : entries_(std::move(entries)), overflow_(std::move(overflow)) {}

Result<void> MapSource::read(MapRows& rows) {
  return entries_.read(rows);
}

Result<void> MapSource::read_overflow(std::span<std::uint64_t> row) {
  std::fill(row.begin(), row.end(), 0);
  if (!overflow_) return {};
  const std::uint32_t key = 0;
  return overflow_->read_one(std::as_bytes(std::span(&key, 1)), row);
}

}  // namespace bpfpush
