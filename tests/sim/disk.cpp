#include "sim/disk.hpp"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <cerrno>
#include <utility>

#include "sim/request.hpp"
#include "spool/cursor_file.hpp"
#include "spool/segment.hpp"

namespace bpfpush::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::uint64_t collection_of(const Snapshot& snapshot) {
  for (const FamilySnapshot& family : snapshot.families) {
    if (family.family->name == kCollectionName && !family.values.empty()) return family.values[0];
  }
  return 0;
}

}  // namespace

std::uint64_t Stored::pending(const std::string& endpoint) const {
  const auto cursor = cursors.find(endpoint);
  const auto first =
      cursor == cursors.end() ? snapshots.begin() : snapshots.lower_bound(cursor->second);
  return static_cast<std::uint64_t>(std::distance(first, snapshots.end()));
}

std::set<std::uint64_t> Stored::collections() const {
  std::set<std::uint64_t> all;
  for (const auto& [id, collection] : snapshots) all.insert(collection);
  return all;
}

Disk::Disk(const Swarm& swarm, Dice& dice, Sky& sky) : swarm_(swarm), dice_(dice), sky_(sky) {
  storage_.before_write = [this](const char*) { return before_write(); };
  storage_.before_read = [this] {
    const bool fails = awake_ && (killed_ || dice_.chance(error_probability_));
    if (fails) last_error_ = sky_.now();
    return fails ? EIO : 0;
  };
  storage_.after_write = [this] {
    bytes_seen_max_ = std::max(bytes_seen_max_, storage_.disk_bytes());
  };
}

void Disk::wake(Clock& clock) {
  awake_ = true;
  killed_ = false;
  kill_in_ = 0;
  if (!swarm_.slow_disk) return;
  storage_.while_syncing = [this, &clock]() -> boost::asio::awaitable<void> {
    return clock.sleep_until(clock.now() + dice_.about(swarm_.sync_time()));
  };
}

void Disk::sleep() {
  awake_ = false;
  storage_.while_syncing = nullptr;
}

int Disk::before_write() {
  if (!awake_) return 0;
  if (kill_in_ > 0 && --kill_in_ == 0) killed_ = true;
  if (killed_) return EIO;  // it never gets to see that
  if (!dice_.chance(error_probability_)) return 0;
  last_error_ = sky_.now();
  return EIO;
}

void Disk::set_full(bool full) {
  storage_.bytes_max.reset();
  if (full) storage_.bytes_max = storage_.bytes() + dice_.below(50'000);
}

Stored Disk::stored(const std::vector<std::string>& endpoints) const {
  Stored stored;
  for (const StoredFile& file : storage_.list().value()) {
    if (!spool_format::parse_segment_name(file.name)) continue;
    SegmentReader reader(storage_.read(file.name, 0, file.size).value());
    while (reader.next()) {
      stored.snapshots.emplace(reader.id(), collection_of(*reader.snapshot().snapshot));
    }
  }
  for (const std::string& endpoint : endpoints) {
    const auto bytes = storage_.read(cursor_file_name(endpoint), 0, 1 << 20);
    const auto position = bytes ? parse_cursor(*bytes) : CursorPosition();
    if (position.id) stored.cursors[endpoint] = *position.id;
  }
  return stored;
}

}  // namespace bpfpush::sim
