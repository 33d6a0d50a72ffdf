#include "config/read_spool.hpp"

#include "config/quantity.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;

// Room for a few snapshots at least, or an outage of one interval loses data.
constexpr std::size_t kMemoryBytesMin = 64 << 10;

// Room for some segments, or there is nothing to thin.
constexpr std::size_t kDiskBytesMin = 1 << 20;
constexpr std::size_t kDiskBytesDefault = 64 << 20;

constexpr milliseconds kSyncMin{100};
constexpr milliseconds kCoarsestStepMin{1'000};

void read_sync(const MappingReader& reader, SpoolConfig& config) {
  const auto value = reader.find("sync");
  const auto text = value ? value->text() : std::nullopt;
  if (!text) return;
  if (*text == "always") {
    config.sync = milliseconds(0);
  } else if (*text == "never") {
    config.sync.reset();
  } else if (!parse_duration(*text)) {
    value->fault(in_quotes(*text) + " is neither always, never, nor a duration such as 5s");
  } else {
    milliseconds interval{0};
    reader.read_duration("sync", interval, kSyncMin);
    config.sync = interval;
  }
}

}  // namespace

SpoolConfig read_spool(const ValueReader& value) {
  SpoolConfig config;
  const MappingReader reader(value, {"path", "max_bytes", "sync", "coarsest_step"});
  reader.read_text("path", config.path);
  const bool on_disk = !config.path.empty();
  if (on_disk) {
    config.where = reader.find("path")->where();
    config.max_bytes = kDiskBytesDefault;
  }
  reader.read_byte_size("max_bytes", config.max_bytes, on_disk ? kDiskBytesMin : kMemoryBytesMin);
  read_sync(reader, config);
  reader.read_duration("coarsest_step", config.coarsest_step, kCoarsestStepMin);
  return config;
}

}  // namespace bpfpush
