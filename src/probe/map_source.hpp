#pragma once

#include <optional>

#include "probe/map_reader.hpp"
#include "probe/metric_source.hpp"

namespace bpfpush {

// Which rows of zeros a map yields: an array has them where nothing was counted.
enum class ZeroRows { kKept, kLeftOut };

// A map whose values are rows already, and the array that takes what finds no room in it
// (bpf/histogram.h), if there is one. Borrows the descriptors of both.
class MapSource : public MetricSource {
 public:
  explicit MapSource(MapReader entries, std::optional<MapReader> overflow = std::nullopt,
                     ZeroRows zero_rows = ZeroRows::kKept,
                     std::chrono::nanoseconds counting_since = {});

  Result<void> read(MapRows& rows) override;
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t> row) override;
  std::chrono::nanoseconds counting_since() const override { return counting_since_; }

 private:
  Result<void> read_overflow_entry(std::uint32_t entry, std::span<std::uint64_t> row);

  MapReader entries_;
  std::optional<MapReader> overflow_;
  ZeroRows zero_rows_;
  std::chrono::nanoseconds counting_since_;
};

}  // namespace bpfpush
