#include "probe/map_reader.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
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

// How often a map is walked for one read, as its keys make the kernel begin again. Some dozen times
// was seen where a sixth of the keys came and went all the time.
constexpr std::size_t kWalksMax = 1'000;

// ENOTSUPP, the kernel's own, is what maps without batch operations answer; it is not in errno.h.
constexpr int kNotSupported = 524;

bool lacks_batches(int error) {
  return error == EINVAL || error == kNotSupported || error == EOPNOTSUPP;
}

std::uint64_t read_field(std::span<const std::byte> value, const ValueField& field) {
  if (field.size == 0) return 0;
  std::uint64_t integer = 0;
  std::memcpy(&integer, value.data() + field.offset, field.size);  // little-endian hosts
  if (!field.is_signed) return integer;
  const unsigned unused = 64 - 8 * static_cast<unsigned>(field.size);
  const auto raised = static_cast<std::int64_t>(integer << unused);
  return static_cast<std::uint64_t>(raised >> unused);
}

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

MapReader::MapReader(int map_fd, MapShape shape, std::size_t batch_entries)
    : fd_(map_fd), shape_(std::move(shape)) {
  if (shape_.fields.empty()) shape_.value_size = shape_.row_size * sizeof(std::uint64_t);
  entry_size_ = shape_.value_size * shape_.cpu_count;
  const std::size_t entries =
      std::max(kBatchEntriesMin, kBatchBytes / (shape_.key_size + entry_size_));
  resize_batch(batch_entries > 0 ? batch_entries : entries);
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
  clear(rows);
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
    const auto values = std::as_bytes(std::span(batch_values_));
    for (std::size_t i = 0; i < count; ++i) {
      append(std::span(batch_keys_).subspan(i * shape_.key_size, shape_.key_size),
             values.subspan(i * entry_size_, entry_size_), rows);
    }
    if (error == ENOENT) return {};  // the end of the map; the entries of this batch are valid
    std::swap(place, next);
    started = true;
  }
}

Result<void> MapReader::read_key_by_key(MapRows& rows) {
  clear(rows);
  const Result<std::vector<std::byte>> keys = walk_keys();
  if (!keys) return keys.error();
  for (std::size_t at = 0; at < keys->size(); at += shape_.key_size) {
    const auto key = std::span(*keys).subspan(at, shape_.key_size);
    if (bpf_map_lookup_elem(fd_, key.data(), batch_values_.data()) == 0) {
      append(key, std::as_bytes(std::span(batch_values_)).first(entry_size_), rows);
    } else if (errno != ENOENT) {  // ENOENT: deleted since the walk
      return last_system_error("reading map " + shape_.name);
    }
  }
  return {};
}

// Each key once, one behind another. When the key it is at is deleted the kernel starts again from
// the first key, so the walk is complete only when the kernel says that it is at the end: giving up
// before would lose keys that were there all the time. Values are looked up behind it, because the
// less happens in between, the less often the key is gone.
Result<std::vector<std::byte>> MapReader::walk_keys() {
  std::unordered_set<std::string> seen;
  std::size_t repeats = 0;
  std::vector<std::byte> keys, key(shape_.key_size), next(shape_.key_size);
  bool started = false;
  while (bpf_map_get_next_key(fd_, started ? key.data() : nullptr, next.data()) == 0) {
    std::swap(key, next);
    started = true;
    if (seen.emplace(text(key)).second) {
      keys.insert(keys.end(), key.begin(), key.end());
    } else if (++repeats > kWalksMax * seen.size()) {
      return Error(Errc::kUnavailable,
                   "map " + shape_.name + " changes faster than it can be read key by key");
    }
  }
  if (errno != ENOENT) return last_system_error("walking map " + shape_.name);
  return keys;
}

Result<void> MapReader::read_one(std::span<const std::byte> key, std::span<std::uint64_t> row) {
  if (bpf_map_lookup_elem(fd_, key.data(), batch_values_.data()) != 0) {
    return last_system_error("reading map " + shape_.name);
  }
  merge(std::as_bytes(std::span(batch_values_)).first(entry_size_), row);
  return {};
}

void MapReader::resize_batch(std::size_t entries) {
  batch_size_ = entries;
  batch_keys_.resize(entries * shape_.key_size);
  batch_values_.resize((entries * entry_size_ + 7) / 8);
}

void MapReader::clear(MapRows& rows) const {
  rows.key_size = shape_.read_key_size();
  rows.row_size = shape_.row_size;
  rows.keys.clear();
  rows.values.clear();
}

void MapReader::append(std::span<const std::byte> key, std::span<const std::byte> copies,
                       MapRows& rows) const {
  if (shape_.cpus_apart) {
    const std::size_t copy_size = copies.size() / shape_.cpu_count;
    for (std::size_t i = 0; i < shape_.cpu_count; ++i) {
      const auto cpu = static_cast<std::uint16_t>(i);
      const auto bytes = std::as_bytes(std::span(&cpu, 1));
      rows.keys.insert(rows.keys.end(), key.begin(), key.end());
      rows.keys.insert(rows.keys.end(), bytes.begin(), bytes.end());
      rows.values.resize(rows.values.size() + shape_.row_size);
      merge(copies.subspan(i * copy_size, copy_size), std::span(rows.values).last(shape_.row_size));
    }
    return;
  }
  rows.keys.insert(rows.keys.end(), key.begin(), key.end());
  rows.values.resize(rows.values.size() + shape_.row_size);
  merge(copies, std::span(rows.values).last(shape_.row_size));
}

void MapReader::merge(std::span<const std::byte> copies, std::span<std::uint64_t> row) const {
  if (shape_.fields.empty()) {  // then the copies are whole words, in a buffer of such
    merge_cpus({reinterpret_cast<const std::uint64_t*>(copies.data()), copies.size() / 8}, row);
    return;
  }
  std::fill(row.begin(), row.end(), 0);
  for (; !copies.empty(); copies = copies.subspan(shape_.value_size)) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] += read_field(copies, shape_.fields[i]);
  }
}

Result<std::size_t> possible_cpu_count() {
  const int count = libbpf_num_possible_cpus();
  if (count < 0) return system_error(-count, "/sys/devices/system/cpu/possible");
  return static_cast<std::size_t>(count);
}

}  // namespace bpfpush
