#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bpfpush {

enum class MetricType { kCounter, kGauge, kHistogram };

// What all series of one metric have in common. Made once, then shared by every snapshot that holds
// a series of it.
struct Family {
  std::string name;  // without "_bucket", "_sum", "_count"
  std::string help;
  std::string unit;  // a base unit ("seconds", "bytes"), with which `name` then ends, or empty
  MetricType type = MetricType::kCounter;
  std::vector<std::string> label_names;  // distinct; in the order of Series::label_values
  std::vector<double> bounds;            // histograms: finite upper bounds, ascending, inclusive
  // The exported sum, counter or gauge is the integer of the row divided by `divisor`, then times
  // `multiplier`. They are two because 3 / 10 is not the double that 3 * 0.1 is, and what was
  // exported by multiplying must stay the same number.
  double divisor = 1;
  double multiplier = 1;
  bool has_sum = true;  // false: a histogram of which nobody kept the sum; it shows none

  // Integers in a row: a histogram's sum, then its buckets (not cumulative, the last is +Inf); else
  // the one value, a gauge's in two's complement.
  std::size_t row_size() const { return type == MetricType::kHistogram ? bounds.size() + 2 : 1; }

  friend bool operator==(const Family&, const Family&) = default;
};

// One label set of a family. The same series is the same object from snapshot to snapshot, for as
// long as whoever makes the snapshots knows it: what is derived from the labels can be kept under
// its address while a pointer to it is held.
struct Series {
  std::vector<std::string> label_values;  // UTF-8; an empty value is the same as no such label
};

// All series of one family at one instant: series[i] has the row values[i * row_size() ...].
struct FamilySnapshot {
  std::shared_ptr<const Family> family;
  std::vector<std::shared_ptr<const Series>> series;
  std::vector<std::uint64_t> values;

  // When counting began, on the boot-time clock of the snapshot's boot: a moment at which all that
  // counters and histograms of the family count was zero, also what has no series yet. It is the
  // same for as long as the kernel goes on counting, across restarts of the agent too where its
  // state is pinned; another one says that counts began again. 0: not known (maps that others made)
  // or without meaning (gauges).
  std::chrono::nanoseconds counting_since{};

  std::span<const std::uint64_t> row(std::size_t i) const {
    return std::span(values).subspan(i * family->row_size(), family->row_size());
  }
  std::span<std::uint64_t> row(std::size_t i) {
    return std::span(values).subspan(i * family->row_size(), family->row_size());
  }
  // Appends a series with a row of zeros, and returns that row (valid until the next append).
  std::span<std::uint64_t> append(std::shared_ptr<const Series> one) {
    series.push_back(std::move(one));
    values.resize(values.size() + family->row_size());
    return row(series.size() - 1);
  }
};

// When a snapshot was taken, on two clocks.
struct Instant {
  std::chrono::nanoseconds since_boot{};                  // CLOCK_BOOTTIME
  std::chrono::sys_time<std::chrono::milliseconds> wall;  // what the host believed the date to be
  std::array<std::uint8_t, 16> boot_id{};                 // which boot; zeros where it is not known
  bool synchronized = false;  // the kernel said that the wall clock was set by someone who knows

  friend bool operator==(const Instant&, const Instant&) = default;
};

// Everything this host had counted at one instant. Kernel counts are cumulative, so dropping a
// snapshot between two others loses resolution in time and no observation.
struct Snapshot {
  Instant instant;
  std::vector<FamilySnapshot> families;
};

// The count of a histogram's row: its buckets' sum. Derived, so that `_count` and `+Inf` can never
// disagree.
std::uint64_t observation_count(std::span<const std::uint64_t> histogram_row);

// Bytes of memory this snapshot holds for itself: what families and series share is not counted.
std::size_t memory_bytes(const Snapshot& snapshot);

}  // namespace bpfpush
