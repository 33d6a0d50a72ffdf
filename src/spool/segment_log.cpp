#include "spool/segment_log.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/check.hpp"

namespace bpfpush {
namespace asio = boost::asio;

using spool_format::segment_name;

namespace {

constexpr std::uint64_t kBlockBytes = 4096;
constexpr char kThinnedName[] = "thinned.tmp";

// A segment may take this part of the cap, so that there are some to thin.
constexpr std::uint64_t kSegmentsMin = 8;

bool is_absent(const Error& error) {
  return error == system_error(ENOENT, "");
}

bool is_disk_full(const Error& error) {
  return error == system_error(ENOSPC, "");
}

}  // namespace

std::uint64_t disk_bytes(std::uint64_t size) {
  return (size + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

std::uint64_t SegmentLog::bytes() const {
  std::uint64_t sum = other_bytes_;
  for (const SegmentInfo& segment : segments_) sum += disk_bytes(segment.bytes);
  for (const Repair& repair : repairs_) sum += disk_bytes(repair.excess) + kBlockBytes;
  return sum;
}

bool SegmentLog::is_full() const {
  const SegmentInfo& segment = segments_.back();
  return segment.bytes >= options_.bytes_max / kSegmentsMin ||
         (segment.snapshots >= spool_format::kSegmentSnapshots &&
          segment.bytes >= 4 * active_->first_snapshot_bytes);
}

std::uint64_t SegmentLog::encode(const StoredSnapshot& stored) {
  if (active_ && is_full()) seal();
  encoded_ = Encoded{stored, "", !active_};
  if (!active_) {
    active_ = Active();
    encoded_->bytes = spool_format::segment_head(stored.id);
  }
  encoded_->bytes += active_->encoder.encode(stored);
  const std::size_t size = encoded_->bytes.size();
  const std::size_t with_parity = size + active_->parity.bytes_max(size);
  const std::uint64_t before = encoded_->begins_segment ? 0 : segments_.back().bytes;
  return disk_bytes(with_parity + ParityWriter::whole_bytes_max(before + with_parity) +
                    spool_format::kEndRecordBytes) +
         kBlockBytes;
}

Result<void> SegmentLog::write() {
  CHECK(encoded_ && active_);
  Result<void> result = repair();
  Encoded encoded = *std::exchange(encoded_, std::nullopt);
  if (!result) {
    active_.reset();
    return result;
  }
  encoded.bytes += active_->parity.add(encoded.bytes);
  const Instant& instant = encoded.stored.snapshot->instant;
  if (encoded.begins_segment) {
    segments_.push_back({.first_id = encoded.stored.id, .first_since_boot = instant.since_boot});
    active_->first_snapshot_bytes = encoded.bytes.size();
    unsynced_names_ = true;
  }
  SegmentInfo& segment = segments_.back();
  const std::string name = segment_name(segment.first_id);
  result = storage_.append(name, encoded.bytes);
  if (!result) {
    begin_repair({name, segment.bytes, encoded.bytes.size()});
    return result;
  }
  unsynced_.insert(name);
  segment.bytes += encoded.bytes.size();
  segment.snapshots += 1;
  segment.last_id = encoded.stored.id;
  segment.last_since_boot = instant.since_boot;
  return result;
}

void SegmentLog::abandon() {
  const bool began = encoded_ && encoded_->begins_segment;
  encoded_.reset();
  if (active_ && !began) {
    seal();
  } else {
    active_.reset();
  }
}

void SegmentLog::seal() {
  if (!active_) return;
  active_.reset();
  SegmentInfo& segment = segments_.back();
  segment.sealed = true;
  const auto bytes = storage_.read(segment_name(segment.first_id), 0, segment.bytes);
  const std::uint64_t size = segment.bytes;
  // Without its parity the segment has an end all the same.
  if (!put_end(segment, bytes ? std::string_view(*bytes) : std::string_view())) {
    const std::uint64_t excess =
        ParityWriter::whole_bytes_max(size) + spool_format::kEndRecordBytes;
    begin_repair({segment_name(segment.first_id), size, excess});
  }
}

// `bytes` are the segment's, as they are meant to be.
Result<void> SegmentLog::put_end(SegmentInfo& segment, std::string_view bytes) {
  const std::string name = segment_name(segment.first_id);
  const std::string end =
      ParityWriter::of_whole(bytes) + spool_format::to_end_record(segment.end());
  const Result<void> result = storage_.append(name, end);
  if (!result) return result;
  segment.bytes += end.size();
  unsynced_.insert(name);
  return result;
}

// A write failed, and may have left any part of it.
void SegmentLog::begin_repair(Repair repair) {
  active_.reset();
  segments_.back().sealed = true;
  if (repair.size == 0) segments_.pop_back();
  repairs_.push_back(std::move(repair));
}

Result<void> SegmentLog::repair() {
  while (!repairs_.empty()) {
    const Repair& last = repairs_.back();
    const Result<void> result =
        last.size == 0 ? storage_.remove(last.name) : storage_.truncate(last.name, last.size);
    if (!result && !is_absent(result.error())) return result;
    repairs_.pop_back();
  }
  return {};
}

Result<SegmentReader> SegmentLog::read(const SegmentInfo& segment) const {
  auto bytes = storage_.read(segment_name(segment.first_id), 0, segment.bytes);
  if (!bytes) return bytes.error();
  return SegmentReader(std::move(*bytes));
}

Result<void> SegmentLog::read_on(const SegmentInfo& segment, SegmentReader& reader) const {
  const auto bytes =
      storage_.read(segment_name(segment.first_id), reader.bytes(), segment.bytes - reader.bytes());
  if (!bytes) return bytes.error();
  reader.extend(*bytes);
  return {};
}

void SegmentLog::set_damaged(std::uint64_t first_id) {
  for (SegmentInfo& segment : segments_) {
    if (segment.first_id == first_id) segment.readable = false;
  }
}

Result<void> SegmentLog::remove(std::size_t index) {
  CHECK(segments_.at(index).sealed && !thinning_);
  const std::string name = segment_name(segments_[index].first_id);
  const Result<void> removed = storage_.remove(name);
  if (!removed && !is_absent(removed.error())) return removed.error();
  unsynced_.erase(name);
  unsynced_names_ = true;
  segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(index));
  return {};
}

asio::awaitable<Result<void>> SegmentLog::thin(ThinChoice choice) {
  SegmentInfo& older = segments_[choice.older];
  const SegmentInfo& newer = segments_[choice.older + 1];
  const std::uint64_t before = disk_bytes(older.bytes) + disk_bytes(newer.bytes);
  older.thinnable = false;  // unless something comes of it
  auto older_bytes = storage_.read(segment_name(older.first_id), 0, older.bytes);
  if (!older_bytes) co_return Result<void>();
  auto newer_bytes = storage_.read(segment_name(newer.first_id), 0, newer.bytes);
  if (!newer_bytes) co_return Result<void>();
  auto thinned = bpfpush::thin(std::move(*older_bytes), std::move(*newer_bytes), choice.options);
  const bool is_worth_it = thinned && disk_bytes(thinned->info.bytes) < before &&
                           bytes() + disk_bytes(thinned->info.bytes) <= options_.bytes_max;
  if (!is_worth_it) co_return Result<void>();
  thinning_ = true;
  Result<void> replaced = co_await replace(choice.older, std::move(*thinned));
  thinning_ = false;
  // Only with more room on the disk it may come to something yet.
  if (!replaced && !is_disk_full(replaced.error())) segments_[choice.older].thinnable = true;
  co_return replaced;
}

// Two segments by one. At every moment a reader of the directory finds every snapshot that is kept:
// first in the two, then, by the rename, in the new one, which the second only repeats.
asio::awaitable<Result<void>> SegmentLog::replace(std::size_t older, ThinnedSegment thinned) {
  const std::string name = segment_name(segments_[older].first_id);
  const std::string newer_name = segment_name(segments_[older + 1].first_id);
  const std::uint64_t thinned_bytes = disk_bytes(thinned.bytes.size());
  other_bytes_ += thinned_bytes;
  Result<void> result = storage_.append(kThinnedName, thinned.bytes);
  if (result && options_.durable) {
    std::string thinned_name = kThinnedName;
    result = co_await storage_.sync(std::move(thinned_name));
  }
  if (result) result = storage_.rename(kThinnedName, name);
  other_bytes_ -= thinned_bytes;
  if (!result) {
    repairs_.push_back({kThinnedName, 0, thinned_bytes});
    co_return result;
  }
  const std::uint64_t newer_bytes = disk_bytes(segments_[older + 1].bytes);
  other_bytes_ += newer_bytes;
  segments_[older] = thinned.info;
  segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(older) + 1);
  if (older > 0) segments_[older - 1].thinnable = true;
  if (options_.on_thinned) options_.on_thinned(thinned.dropped);
  unsynced_.erase(newer_name);
  if (options_.durable) result = co_await storage_.sync_directory();
  // Unless the rename is sure to last, the second stays until the directory is opened again.
  if (result) result = storage_.remove(newer_name);
  if (result) other_bytes_ -= newer_bytes;
  unsynced_names_ = true;
  co_return Result<void>();
}

asio::awaitable<Result<void>> SegmentLog::sync() {
  std::set<std::string> names = std::exchange(unsynced_, {});
  for (const std::string& name : names) {
    Result<void> result = co_await storage_.sync(name);
    if (result || is_absent(result.error())) continue;
    unsynced_.merge(names);
    co_return result;
  }
  if (!std::exchange(unsynced_names_, false)) co_return Result<void>();
  Result<void> result = co_await storage_.sync_directory();
  unsynced_names_ |= !result;
  co_return result;
}

}  // namespace bpfpush
