#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "probe/map_rows.hpp"

namespace bpfpush {

// What one metric is read from: a map of an object that we loaded, one that another process made,
// one in another's layout, a simulated one.
class MetricSource {
 public:
  virtual ~MetricSource() = default;

  // Replaces what `rows` holds by a row for each key, as the metric's Family lays rows out. A key
  // that is there throughout the read is in it exactly once, whatever is created and deleted
  // meanwhile.
  virtual Result<void> read(MapRows& rows) = 0;

  // Replaces `row` by what found no room in the map: zeros where nothing keeps it. Returns how many
  // observations, additions or settings that were.
  virtual Result<std::uint64_t> read_overflow(std::span<std::uint64_t> row) = 0;

  // When counting began, on the boot-time clock; as FamilySnapshot has it.
  virtual std::chrono::nanoseconds counting_since() const { return {}; }

  // How many records never came here; nothing for what is no stream of records.
  virtual std::optional<std::uint64_t> lost_records() const { return std::nullopt; }
};

}  // namespace bpfpush
