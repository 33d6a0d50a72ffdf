#include "probe/event_counter.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>

namespace bpfpush {
namespace {

// Of each CPU's buffer: 256 KiB, thousands of records.
constexpr std::size_t kPages = 64;

std::string mask_of(const KeySchema& schema) {
  std::string mask(schema.key_size, '\0');
  for (const KeyField& field : schema.fields) {
    std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(field.offset), field.size, '\xff');
  }
  return mask;
}

}  // namespace

void EventCounter::PerfBufferFree::operator()(perf_buffer* buffer) const {
  perf_buffer__free(buffer);
}

EventCounter::EventCounter(const ExporterMap& map, int map_fd)
    : name_(map.name),
      key_size_(map.key.key_size),
      mask_(mask_of(map.key)),
      flush_interval_(map.flush_interval) {
  const auto on_record = [](void* self, int, void* data, std::uint32_t size) {
    static_cast<EventCounter*>(self)->count({static_cast<const char*>(data), size});
  };
  const auto on_lost = [](void* self, int, unsigned long long count) {
    static_cast<EventCounter*>(self)->lost_ += count;
  };
  buffer_.reset(perf_buffer__new(map_fd, kPages, on_record, on_lost, this, nullptr));
  if (!buffer_) error_ = last_system_error("the buffers of perf_event_array " + name_);
}

EventCounter::~EventCounter() = default;

int EventCounter::fd() const {
  return buffer_ ? perf_buffer__epoll_fd(buffer_.get()) : -1;
}

void EventCounter::drain() {
  if (buffer_) (void)perf_buffer__consume(buffer_.get());
}

void EventCounter::flush() {
  counts_.clear();
  overflowed_ = 0;
}

void EventCounter::read(MapRows& rows) const {
  rows.key_size = key_size_;
  rows.row_size = 1;
  rows.keys.clear();
  rows.values.clear();
  for (const auto& [key, count] : counts_) {
    const auto bytes = std::as_bytes(std::span(key));
    rows.keys.insert(rows.keys.end(), bytes.begin(), bytes.end());
    rows.values.push_back(count);
  }
}

void EventCounter::count(std::span<const char> record) {
  if (record.size() < key_size_) {
    lost_ += 1;
    return;
  }
  // The kernel fills a record up to a multiple of 8 bytes.
  key_.assign(record.data(), key_size_);
  for (std::size_t i = 0; i < key_size_; ++i) key_[i] = static_cast<char>(key_[i] & mask_[i]);
  const auto known = counts_.find(key_);
  if (known != counts_.end()) {
    known->second += 1;
  } else if (counts_.size() < kLabelSetsMax) {
    counts_.emplace(key_, 1);
  } else {
    overflowed_ += 1;
  }
}

Result<void> EventSource::read(MapRows& rows) {
  if (counter_.error()) return *counter_.error();
  counter_.drain();
  counter_.read(rows);
  return {};
}

Result<std::uint64_t> EventSource::read_overflow(std::span<std::uint64_t> row) {
  row[0] = counter_.overflowed();
  return row[0];
}

}  // namespace bpfpush
