#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "probe/map_rows.hpp"

namespace bpfpush {

// Where in a value one integer of a row is.
struct ValueField {
  std::size_t offset = 0;
  std::size_t size = 0;  // 1, 2, 4 or 8; 0: nowhere, it is zero
  bool is_signed = false;

  friend bool operator==(const ValueField&, const ValueField&) = default;
};

struct MapShape {
  std::string name;  // for messages
  std::size_t key_size = 0;
  std::size_t row_size = 0;  // integers of 8 bytes in one CPU's value
  std::size_t cpu_count =
      1;  // copies of a value: the possible CPUs, or 1 for a map that is not per-CPU

  // For values that are no rows: a field for each integer of the row, and the bytes of one copy as
  // the kernel hands it out.
  std::vector<ValueField> fields = {};
  std::size_t value_size = 0;

  // A row for each copy, with the CPU's number in two bytes behind the key.
  bool cpus_apart = false;

  std::size_t read_key_size() const { return key_size + (cpus_apart ? sizeof(std::uint16_t) : 0); }

  friend bool operator==(const MapShape&, const MapShape&) = default;
};

// Reads one map through a descriptor it borrows, which must stay open.
class MapReader {
 public:
  // `batch_entries` is what one batch asks for at first; 0 chooses.
  MapReader(int map_fd, MapShape shape, std::size_t batch_entries = 0);

  // Replaces what `rows` holds. A key that is there throughout the read is in it exactly once,
  // whatever is created and deleted meanwhile.
  Result<void> read(MapRows& rows);

  // Reads one entry by its key into `row` (row_size integers).
  Result<void> read_one(std::span<const std::byte> key, std::span<std::uint64_t> row);

  // As read() where the kernel has no batch lookups (before 5.6; arrays before 5.13).
  Result<void> read_key_by_key(MapRows& rows);

 private:
  Result<void> read_batches(MapRows& rows);
  void resize_batch(std::size_t entries);
  void clear(MapRows& rows) const;
  Result<std::vector<std::byte>> walk_keys();
  void append(std::span<const std::byte> key, std::span<const std::byte> copies,
              MapRows& rows) const;
  void merge(std::span<const std::byte> copies, std::span<std::uint64_t> row) const;

  int fd_;
  MapShape shape_;
  std::size_t entry_size_ = 0;  // bytes of all copies of a value
  bool batches_ = true;         // until the kernel says otherwise
  std::size_t batch_size_ = 0;
  std::vector<std::byte> batch_keys_;
  std::vector<std::uint64_t> batch_values_;
};

// The CPUs the kernel sizes per-CPU values for: possible ones, not online ones.
Result<std::size_t> possible_cpu_count();

}  // namespace bpfpush
