#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "base/result.hpp"
#include "probe/exporter_metric.hpp"
#include "probe/metric_source.hpp"

struct perf_buffer;

namespace bpfpush {

// Counts the records of a perf_event_array: each is one more of the label set that its bytes are.
// It holds records in the kernel for as long as nobody drains it, and then loses them.
class EventCounter {
 public:
  // As many label sets as it tells apart; the events of others are counted together. Programs that
  // send records do so because their label sets are too many for a map of theirs.
  static constexpr std::size_t kLabelSetsMax = 16'384;

  // Opens the buffers of the map. Where that fails, error() says why and nothing is ever counted.
  EventCounter(const ExporterMap& map, int map_fd);
  ~EventCounter();
  EventCounter(const EventCounter&) = delete;
  EventCounter& operator=(const EventCounter&) = delete;

  const std::string& map_name() const { return name_; }
  const std::optional<Error>& error() const { return error_; }

  // Becomes readable when there is something to drain; -1 if there are no buffers.
  int fd() const;
  // Counts what has come.
  void drain();

  // How often everything begins again at nothing, as the configuration has it; and that.
  std::chrono::milliseconds flush_interval() const { return flush_interval_; }
  void flush();

  // What has been counted since the last flush.
  void read(MapRows& rows) const;
  std::uint64_t overflowed() const { return overflowed_; }

  // Records that the kernel had no room for, or that were shorter than the labels. Never flushed.
  std::uint64_t lost() const { return lost_; }

 private:
  struct PerfBufferFree {
    void operator()(perf_buffer* buffer) const;
  };

  void count(std::span<const char> record);

  std::string name_;
  std::size_t key_size_;
  std::string mask_;  // of a record: zeros where it is padding
  std::chrono::milliseconds flush_interval_;
  std::unordered_map<std::string, std::uint64_t> counts_;  // by the record's bytes
  std::string key_;                                        // the look-up's own
  std::uint64_t overflowed_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<Error> error_;
  std::unique_ptr<perf_buffer, PerfBufferFree> buffer_;  // calls back into the above
};

// What a collection reads of such a counter, which it borrows: all that has come until then.
class EventSource : public MetricSource {
 public:
  EventSource(EventCounter& counter, std::chrono::nanoseconds counting_since)
      : counter_(counter), counting_since_(counting_since) {}

  Result<void> read(MapRows& rows) override;
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t> row) override;
  std::chrono::nanoseconds counting_since() const override { return counting_since_; }
  std::optional<std::uint64_t> lost_records() const override { return counter_.lost(); }

 private:
  EventCounter& counter_;
  std::chrono::nanoseconds counting_since_;
};

}  // namespace bpfpush
