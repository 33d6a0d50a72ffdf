// What a SegmentLog makes of the directory that it finds.
#include <utility>

#include "spool/repair.hpp"
#include "spool/segment_log.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kWholeFile = static_cast<std::size_t>(-1) >> 1;

}  // namespace

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(Storage& storage, SegmentLogOptions options) {
  std::unique_ptr<SegmentLog> log(new SegmentLog(storage, std::move(options)));
  const auto files = storage.list();
  if (!files) return files.error();
  std::vector<std::pair<StoredFile, std::uint64_t>> found;
  for (const StoredFile& file : *files) {
    if (const auto id = spool_format::parse_segment_name(file.name)) found.emplace_back(file, *id);
    if (!file.name.ends_with(".tmp")) continue;
    const Result<void> removed = storage.remove(file.name);
    if (!removed) return removed.error();
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto taken = log->take_in(found[i].first, found[i].second, i + 1 == found.size());
    if (!taken) return taken.error();
  }
  // Whoever wrote them may have ended before he synced them.
  for (const SegmentInfo& segment : log->segments_) {
    log->unsynced_.insert(spool_format::segment_name(segment.first_id));
  }
  log->unsynced_names_ = true;
  return log;
}

Result<void> SegmentLog::take_in(const StoredFile& file, std::uint64_t first_id, bool newest) {
  SegmentInfo info{.first_id = first_id, .last_id = first_id, .bytes = file.size};
  const auto head = storage_.read(file.name, 0, spool_format::kSegmentHeadBytes);
  if (!head) return head.error();
  if (spool_format::check_segment_head(*head) == spool_format::HeadState::kUnknownVersion) {
    info.sealed = true;
    info.readable = false;
    segments_.push_back(info);
    return {};
  }
  if (file.size >= spool_format::kEndRecordBytes) {
    const auto tail = storage_.read(file.name, file.size - spool_format::kEndRecordBytes,
                                    spool_format::kEndRecordBytes);
    if (!tail) return tail.error();
    const auto record = spool_format::record_at(*tail, 0);
    if (const auto end = record ? spool_format::parse_end(*record) : std::nullopt) {
      info.set_end(*end);
    }
  }
  if (!info.sealed) return take_in_unsealed(file, info, newest);
  // The one before was made of this one and another, and a crash came before this one was removed.
  const bool is_left_over = !segments_.empty() && segments_.back().last_id >= info.last_id;
  if (is_left_over) return storage_.remove(file.name);
  segments_.push_back(info);
  return {};
}

// What the agent wrote when it, or the host, ended.
Result<void> SegmentLog::take_in_unsealed(const StoredFile& file, SegmentInfo info, bool newest) {
  const auto bytes = storage_.read(file.name, 0, kWholeFile);
  if (!bytes) return bytes.error();
  const SegmentScan scan = scan_segment(*bytes);
  const bool torn = newest && scan.torn_bytes > 0;
  if (newest && scan.snapshots == 0 && scan.unread_snapshots == 0) {
    return storage_.remove(file.name);  // not even its first snapshot was whole
  }
  info.readable = scan.is_whole() && (torn || scan.torn_bytes == 0);
  info.snapshots = scan.snapshots;
  if (scan.snapshots > 0) info.last_id = scan.last_id;
  info.first_since_boot = scan.first.since_boot;
  info.last_since_boot = scan.last.since_boot;
  if (torn) {
    info.bytes -= scan.torn_bytes;
    const Result<void> truncated = storage_.truncate(file.name, info.bytes);
    if (!truncated) return truncated;
  }
  if (info.readable && info.snapshots > 0 && !scan.end) {
    const std::string whole = bpfpush::repair(std::string_view(*bytes).substr(0, info.bytes));
    const Result<void> ended = put_end(info, whole);
    if (!ended) return ended;
  }
  if (scan.end) info.set_end(*scan.end);
  info.sealed = true;
  segments_.push_back(info);
  return {};
}

}  // namespace bpfpush
