#pragma once

#include "probe/exporter_metric.hpp"
#include "probe/map_reader.hpp"
#include "probe/metric_source.hpp"

namespace bpfpush {

// A map in ebpf_exporter's layout: entries that are rows of one integer, or the slots of
// histograms, which become a row each. Borrows the descriptor and the map.
class ExporterSource : public MetricSource {
 public:
  ExporterSource(const ExporterMap& map, int map_fd, std::size_t cpu_count,
                 std::chrono::nanoseconds counting_since = {});

  Result<void> read(MapRows& rows) override;
  // Nothing tells what such a map had no room for.
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t> row) override;
  std::chrono::nanoseconds counting_since() const override { return counting_since_; }

 private:
  Result<void> check_keys(const MapRows& rows) const;

  const ExporterMap& map_;
  MapReader reader_;
  std::chrono::nanoseconds counting_since_;
  MapRows entries_;  // a histogram's, before they are folded
};

}  // namespace bpfpush
