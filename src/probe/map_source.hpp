#pragma once

#include <optional>

#include "probe/map_reader.hpp"
#include "probe/metric_source.hpp"

namespace bpfpush {

// A map whose values are rows already, and the one-entry array that takes what finds no room in it,
// if there is one. Borrows the descriptors of both.
class MapSource : public MetricSource {
 public:
  explicit MapSource(MapReader entries, std::optional<MapReader> overflow = std::nullopt);

  Result<void> read(MapRows& rows) override;
  Result<void> read_overflow(std::span<std::uint64_t> row) override;

 private:
  MapReader entries_;
  std::optional<MapReader> overflow_;
};

}  // namespace bpfpush
