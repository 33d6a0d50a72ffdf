#include "probe/map_source.hpp"

#include <algorithm>
#include <utility>

#include "histogram.h"
#include "snapshot/snapshot.hpp"

namespace bpfpush {
namespace {

bool is_zero(std::span<const std::uint64_t> row) {
  return std::all_of(row.begin(), row.end(), [](std::uint64_t value) { return value == 0; });
}

void leave_out_zeros(MapRows& rows) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_zero(rows.row(i))) continue;
    if (kept != i) {
      std::ranges::copy(rows.key(i), rows.keys.begin() + kept * rows.key_size);
      std::ranges::copy(rows.row(i), rows.values.begin() + kept * rows.row_size);
    }
    ++kept;
  }
  rows.keys.resize(kept * rows.key_size);
  rows.values.resize(kept * rows.row_size);
}

}  // namespace

MapSource::MapSource(MapReader entries, std::optional<MapReader> overflow, ZeroRows zero_rows,
                     std::chrono::nanoseconds counting_since)
    : entries_(std::move(entries)),
      overflow_(std::move(overflow)),
      zero_rows_(zero_rows),
      counting_since_(counting_since) {}

Result<void> MapSource::read(MapRows& rows) {
  Result<void> done = entries_.read(rows);
  if (done && zero_rows_ == ZeroRows::kLeftOut) leave_out_zeros(rows);
  return done;
}

Result<std::uint64_t> MapSource::read_overflow(std::span<std::uint64_t> row) {
  std::fill(row.begin(), row.end(), 0);
  if (!overflow_) return 0;
  const Result<void> done = read_overflow_entry(METRIC_OVERFLOW_SUM, row);
  if (!done) return done.error();
  if (row.size() > 1) return observation_count(row);
  std::uint64_t count = 0;
  const Result<void> counted = read_overflow_entry(METRIC_OVERFLOW_COUNT, std::span(&count, 1));
  if (!counted) return counted.error();
  return count;
}

Result<void> MapSource::read_overflow_entry(std::uint32_t entry, std::span<std::uint64_t> row) {
  return overflow_->read_one(std::as_bytes(std::span(&entry, 1)), row);
}

}  // namespace bpfpush
