#include "spool/thinning.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "spool/parity.hpp"
#include "spool/snapshot_encoder.hpp"

namespace bpfpush {
namespace {

constexpr std::uint8_t kLevelMax = 40;

// The snapshots of two segments, one after the other.
class Neighbours {
 public:
  Neighbours(std::string older, std::string newer)
      : older_(std::move(older)), newer_(std::move(newer)) {}

  std::optional<StoredSnapshot> next() {
    for (SegmentReader* reader : {&older_, &newer_}) {
      if (reader->next()) return reader->snapshot();
      damaged_ |= !reader->at_end();
    }
    return std::nullopt;
  }
  bool damaged() const { return damaged_; }

 private:
  SegmentReader older_;
  SegmentReader newer_;
  bool damaged_ = false;
};

// Writes a segment.
struct Writer {
  SnapshotEncoder encoder;
  ParityWriter parity;
};

void add(const StoredSnapshot& stored, Writer& writer, ThinnedSegment& result) {
  const Instant& instant = stored.snapshot->instant;
  std::string bytes;
  if (result.bytes.empty()) {
    bytes = spool_format::segment_head(stored.id);
    result.info.first_id = stored.id;
    result.info.first_since_boot = instant.since_boot;
  }
  bytes += writer.encoder.encode(stored);
  result.bytes += bytes + writer.parity.add(bytes);
  result.info.snapshots += 1;
  result.info.last_id = stored.id;
  result.info.last_since_boot = instant.since_boot;
}

std::chrono::duration<double, std::nano> step_of(const SegmentInfo& segment) {
  const auto ids = static_cast<double>(segment.last_id - segment.first_id);
  if (ids == 0) return {};
  return (segment.last_since_boot - segment.first_since_boot) / ids;
}

}  // namespace

std::optional<ThinnedSegment> thin(std::string older, std::string newer,
                                   const ThinOptions& options) {
  Neighbours all(std::move(older), std::move(newer));
  ThinnedSegment result;
  Writer kept;
  SnapshotEncoder every;  // only to see the breaks
  const std::uint64_t mask = (std::uint64_t{1} << options.keep_level) - 1;
  std::optional<StoredSnapshot> current = all.next();
  bool after_break = true;
  if (current) every.encode(*current);
  while (current) {
    const std::optional<StoredSnapshot> next = all.next();
    if (next && next->id <= current->id) return std::nullopt;
    bool before_break = true;
    if (next) {
      every.encode(*next);
      before_break = every.broke();
    }
    if (after_break || before_break || (current->id & mask) == 0) {
      add(*current, kept, result);
    } else {
      result.dropped.push_back(current->id);
    }
    after_break = before_break;
    current = next;
  }
  if (all.damaged() || result.bytes.empty()) return std::nullopt;
  result.info.level = options.level;
  result.info.sealed = true;
  result.bytes +=
      ParityWriter::of_whole(result.bytes) + spool_format::to_end_record(result.info.end());
  result.info.bytes = result.bytes.size();
  return result;
}

std::optional<ThinChoice> choose_thinning(std::span<const SegmentInfo> segments,
                                          std::uint64_t next_id,
                                          std::chrono::nanoseconds coarsest_step) {
  const auto usable = [](const SegmentInfo& segment) { return segment.sealed && segment.readable; };
  std::optional<ThinChoice> best;
  double best_cost = 0;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    const SegmentInfo& older = segments[i];
    const SegmentInfo& newer = segments[i + 1];
    if (!usable(older) || !usable(newer) || !older.thinnable) continue;
    ThinChoice choice{i, {0, std::max(older.level, newer.level)}};
    double cost = 0;
    if (older.snapshots + newer.snapshots > spool_format::kSegmentSnapshots) {
      choice.options.level += 1;
      choice.options.keep_level = choice.options.level;
      if (choice.options.level > kLevelMax) continue;
      const auto step =
          std::max(step_of(older), step_of(newer)) * std::ldexp(1, choice.options.level);
      if (step > coarsest_step) continue;
      const auto age = static_cast<double>(next_id - std::min(newer.last_id, next_id)) + 1;
      cost = std::ldexp(1, choice.options.level) / age;
    }
    if (best && cost >= best_cost) continue;
    best = choice;
    best_cost = cost;
  }
  return best;
}

}  // namespace bpfpush
