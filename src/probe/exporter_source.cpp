#include "probe/exporter_source.hpp"

#include <algorithm>

namespace bpfpush {

ExporterSource::ExporterSource(const ExporterMap& map, int map_fd, std::size_t cpu_count,
                               std::chrono::nanoseconds counting_since)
    : map_(map),
      reader_(map_fd, {.name = map.name,
                       .key_size = map.map_key_size,
                       .row_size = 1,
                       .cpu_count = map.per_cpu ? cpu_count : 1,
                       .cpus_apart = map.cpus_apart}),
      counting_since_(counting_since) {}

Result<void> ExporterSource::read(MapRows& rows) {
  MapRows& entries = map_.slot ? entries_ : rows;
  Result<void> result = reader_.read(entries);
  if (result) result = check_keys(entries);
  if (result && map_.slot) fold_slots(entries_, *map_.slot, map_.slots, rows);
  return result;
}

Result<std::uint64_t> ExporterSource::read_overflow(std::span<std::uint64_t> row) {
  std::fill(row.begin(), row.end(), 0);
  return 0;
}

Result<void> ExporterSource::check_keys(const MapRows& rows) const {
  if (!map_.only_key_zero) return {};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto key = rows.key(i).first(map_.map_key_size);
    if (std::all_of(key.begin(), key.end(), [](std::byte b) { return b == std::byte{0}; }))
      continue;
    return Error(
        Errc::kMalformed,
        "map " + map_.name + " has keys other than 0, and the metric has no label for them");
  }
  return {};
}

}  // namespace bpfpush
