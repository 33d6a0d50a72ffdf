#include "probe/map_reader.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "snapshot/merge.hpp"

namespace bpfpush {
namespace {

// What one batch takes at first: large enough that the call is noise, small enough to stay in the
// cache.
constexpr std::size_t kBatchBytes = 256 << 10;
constexpr std::size_t kBatchEntriesMin = 16;

// ENOTSUPP, the kernel's own, is what maps without batch operations answer; it is not in errno.h.
constexpr int kNotSupported = 524;

bool lacks_batches(int error) {
  return error == EINVAL || error == kNotSupported || error == EOPNOTSUPP;
}

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

MapReader::MapReader(int map_fd, MapShape shape, std::size_t batch_entries)
    : fd_(map_fd), shape_(std::move(shape)) {
  const std::size_t entry_bytes =
      shape_.key_size + shape_.row_size * sizeof(std::uint64_t) * shape_.cpu_count;
  resize_batch(batch_entries > 0 ? batch_entries
                                 : std::max(kBatchEntriesMin, kBatchBytes / entry_bytes));
}

Result<void> MapReader::read(MapRows& rows) {
  if (batches_) {
    const Result<void> done = read_batches(rows);
    if (done || !lacks_batches(done.error().code.value())) return done;
    batches_ = false;
  }
  return read_key_by_key(rows);
}

Result<void> MapReader::read_batches(MapRows& rows) {
  rows.key_size = shape_.key_size;
  rows.row_size = shape_.row_size;
  rows.keys.clear();
  rows.values.clear();
  // The kernel's place in the map: a bucket number for hashes, a key for arrays. Opaque, and never
  // larger than this.
  std::vector<std::byte> place(std::max(sizeof(std::uint64_t), shape_.key_size)),
      next(place.size());
  bool started = false;
  for (;;) {
    auto count = static_cast<std::uint32_t>(batch_size_);
    const int error =
        -bpf_map_lookup_batch(fd_, started ? place.data() : nullptr, next.data(),
                              batch_keys_.data(), batch_values_.data(), &count, nullptr);
    if (error == ENOSPC) {  // a hash bucket holds more entries than the batch: nothing was copied
      resize_batch(batch_size_ * 2);
      continue;
    }
    if (error != 0 && error != ENOENT) return system_error(error, "reading map " + shape_.name);
    const std::size_t value_size = shape_.row_size * shape_.cpu_count;
    for (std::size_t i = 0; i < count; ++i) {
      append(std::span(batch_keys_).subspan(i * shape_.key_size, shape_.key_size),
             batch_values_.data() + i * value_size, rows);
    }
    if (error == ENOENT) return {};  // the end of the map; the entries of this batch are valid
    std::swap(place, next);
    started = true;
  }
}

Result<void> MapReader::read_key_by_key(MapRows& rows) {
  rows.key_size = shape_.key_size;
  rows.row_size = shape_.row_size;
  rows.keys.clear();
  rows.values.clear();
  // When the current key is deleted the kernel starts again from the first key, so each key counts
  // once. A map whose keys are deleted faster than this walks would never end: every key seen twice
  // ends it.
  std::unordered_set<std::string> seen;
  std::size_t repeats = 0;
  std::vector<std::byte> key(shape_.key_size), next(shape_.key_size);
  bool started = false;
  while (bpf_map_get_next_key(fd_, started ? key.data() : nullptr, next.data()) == 0) {
    std::swap(key, next);
    started = true;
    if (!seen.emplace(text(key)).second) {
      if (++repeats > seen.size()) break;
      continue;
    }
    if (bpf_map_lookup_elem(fd_, key.data(), batch_values_.data()) == 0) {
      append(key, batch_values_.data(), rows);
    } else if (errno != ENOENT) {  // ENOENT: deleted between the two calls
      return last_system_error("reading map " + shape_.name);
    }
  }
  if (errno != ENOENT && repeats <= seen.size()) {
    return last_system_error("walking map " + shape_.name);
  }
  return {};
}

Result<void> MapReader::read_one(std::span<const std::byte> key, std::span<std::uint64_t> row) {
  if (bpf_map_lookup_elem(fd_, key.data(), batch_values_.data()) != 0) {
    return last_system_error("reading map " + shape_.name);
  }
  merge_cpus(std::span(batch_values_).first(shape_.row_size * shape_.cpu_count), row);
  return {};
}

void MapReader::resize_batch(std::size_t entries) {
  batch_size_ = entries;
  batch_keys_.resize(entries * shape_.key_size);
  batch_values_.resize(entries * shape_.row_size * shape_.cpu_count);
}

void MapReader::append(std::span<const std::byte> key, const std::uint64_t* per_cpu,
                       MapRows& rows) const {
  rows.keys.insert(rows.keys.end(), key.begin(), key.end());
  rows.values.resize(rows.values.size() + shape_.row_size);
  merge_cpus({per_cpu, shape_.row_size * shape_.cpu_count},
             std::span(rows.values).last(shape_.row_size));
}

Result<std::size_t> possible_cpu_count() {
  const int count = libbpf_num_possible_cpus();
  if (count < 0) return system_error(-count, "/sys/devices/system/cpu/possible");
  return static_cast<std::size_t>(count);
}

}  // namespace bpfpush
