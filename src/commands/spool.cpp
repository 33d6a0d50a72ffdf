#include <cstdio>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/progress.hpp"
#include "commands/setup.hpp"
#include "env/posix_storage.hpp"
#include "spool/cursor_file.hpp"
#include "spool/segment.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kSegmentBytesMax = 1u << 30;
constexpr std::uint64_t kLongBytes = 16u << 20;  // to read so many takes a while

// The segments of a directory and what is in them, in the order of their ids.
struct ScannedSegment {
  std::string name;
  std::uint64_t bytes = 0;
  SegmentScan scan;
};

bool is_segment(const StoredFile& file) {
  return spool_format::parse_segment_name(file.name).has_value();
}

Result<std::vector<ScannedSegment>> scan_all(const Storage& storage,
                                             const std::vector<StoredFile>& files) {
  std::uint64_t all = 0;
  for (const StoredFile& file : files) all += is_segment(file) ? file.size : 0;
  Progress progress("bytes", all < kLongBytes ? 0 : all);
  std::uint64_t done = 0;
  std::vector<ScannedSegment> segments;
  for (const StoredFile& file : files) {
    if (!is_segment(file)) continue;
    const auto bytes = storage.read(file.name, 0, kSegmentBytesMax);
    if (!bytes) return bytes.error();
    segments.push_back({file.name, bytes->size(), scan_segment(*bytes)});
    progress.show(done += file.size);
  }
  if (segments.empty()) return segments;
  // What is invalid at the end of the newest is what is being written, or what a crash tore.
  SegmentScan& newest = segments.back().scan;
  if (newest.torn_bytes > 0) newest.damage.pop_back();
  return segments;
}

std::string to_text(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

void show(const ScannedSegment& segment) {
  const SegmentScan& scan = segment.scan;
  std::printf("%s  %9llu bytes", segment.name.c_str(),
              static_cast<unsigned long long>(segment.bytes));
  if (scan.head == spool_format::HeadState::kUnknownVersion) {
    std::puts("  of a version that this bpfpush does not know");
    return;
  }
  std::printf("  %5u records  %5u snapshots", scan.records, scan.snapshots);
  if (scan.snapshots > 0) {
    std::printf("  ids %llu to %llu  %s to %s", static_cast<unsigned long long>(scan.first_id),
                static_cast<unsigned long long>(scan.last_id), to_text(scan.first.wall).c_str(),
                to_text(scan.last.wall).c_str());
  }
  if (scan.end && scan.end->level > 0) std::printf("  every %u-th", 1u << scan.end->level);
  if (!scan.damage.empty()) std::printf("  damaged (see `spool verify`)");
  if (!scan.end && scan.damage.empty()) std::printf("  open");
  std::puts("");
}

int inspect(const Storage& storage, const std::vector<StoredFile>& files) {
  const auto segments = scan_all(storage, files);
  if (!segments) return fail(segments.error());
  std::uint64_t snapshots = 0;
  std::uint64_t bytes = 0;
  for (const ScannedSegment& segment : *segments) {
    show(segment);
    snapshots += segment.scan.snapshots;
    bytes += segment.bytes;
  }
  for (const StoredFile& file : files) {
    if (!is_cursor_file_name(file.name)) continue;
    const auto position = storage.read(file.name, 0, kSegmentBytesMax);
    if (!position) return fail(position.error());
    const auto next = parse_cursor(*position).id;
    std::printf("%s  next id %s\n", file.name.c_str(),
                next ? std::to_string(*next).c_str() : "unreadable: begins at the oldest");
  }
  std::printf("%zu segments, %llu snapshots, %llu bytes\n", segments->size(),
              static_cast<unsigned long long>(snapshots), static_cast<unsigned long long>(bytes));
  return kExitOk;
}

// Each damaged stretch of bytes, and what else cannot be read for it.
int verify(const Storage& storage, const std::vector<StoredFile>& files) {
  const auto segments = scan_all(storage, files);
  if (!segments) return fail(segments.error());
  std::size_t damaged = 0;
  for (const ScannedSegment& segment : *segments) {
    for (const SegmentDamage& damage : segment.scan.damage) {
      std::printf("%s: damaged at byte %llu, %llu bytes%s\n", segment.name.c_str(),
                  static_cast<unsigned long long>(damage.offset),
                  static_cast<unsigned long long>(damage.bytes),
                  damage.repaired ? ", repaired when it is read" : "");
      damaged += 1;
    }
    if (segment.scan.unread_snapshots > 0) {
      std::printf("%s: %u snapshots behind the damage cannot be read\n", segment.name.c_str(),
                  segment.scan.unread_snapshots);
    }
  }
  std::printf("%zu segments, %zu damaged places\n", segments->size(), damaged);
  return damaged == 0 ? kExitOk : kExitFailure;
}

}  // namespace

int spool(const SpoolCommand& command) {
  const auto storage = PosixStorage::open_to_read(command.directory);
  if (!storage) return fail(storage.error());
  const auto files = (*storage)->list();
  if (!files) return fail(files.error());
  return command.verify ? verify(**storage, *files) : inspect(**storage, *files);
}

}  // namespace bpfpush
