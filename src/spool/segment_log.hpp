#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "env/storage.hpp"
#include "spool/parity.hpp"
#include "spool/segment.hpp"
#include "spool/snapshot_encoder.hpp"
#include "spool/thinning.hpp"

namespace bpfpush {

// What a file of `size` bytes takes on the disk: whole blocks.
std::uint64_t disk_bytes(std::uint64_t size);

struct SegmentLogOptions {
  std::uint64_t bytes_max = 0;  // on the disk
  bool durable = true;          // syncs before what was there is replaced
  // Called with the ids that thinning took out, at the moment when they are gone.
  std::function<void(std::span<const std::uint64_t>)> on_thinned = {};
};

// The segments of a directory: the one that is being written, and those before it.
class SegmentLog {
 public:
  // Takes in what is there, truncates a torn tail, and removes what a crash left half done. The
  // storage outlives this. An error if it cannot be read, or not be repaired.
  static Result<std::unique_ptr<SegmentLog>> open(Storage& storage, SegmentLogOptions options);

  // By ascending id, and so by age.
  const std::vector<SegmentInfo>& segments() const { return segments_; }
  // Of the disk, by all files that are no cursors.
  std::uint64_t bytes() const;

  // Writing a snapshot takes two steps, so that room can be made in between. encode() returns the
  // bytes that it will take at most; abandon() gives it up. After an error of write() the snapshot
  // may be encoded again: it is not in the log.
  std::uint64_t encode(const StoredSnapshot& stored);
  Result<void> write();
  void abandon();

  // Nothing more will be appended to the segment that is being written.
  void seal();

  Result<SegmentReader> read(const SegmentInfo& segment) const;
  // What was appended since.
  Result<void> read_on(const SegmentInfo& segment, SegmentReader& reader) const;

  // A cursor found damage in it.
  void set_damaged(std::uint64_t first_id);

  // Both change segments(). Not while one is being thinned, and not the one being written.
  Result<void> remove(std::size_t index);
  bool is_thinning() const { return thinning_; }

  // Thins as chosen. Where nothing can come of it, the choice does not come up again. An error if
  // the disk could not be written.
  boost::asio::awaitable<Result<void>> thin(ThinChoice choice);

  boost::asio::awaitable<Result<void>> sync();

 private:
  // The segment being written.
  struct Active {
    SnapshotEncoder encoder;
    ParityWriter parity;  // of what is written
    std::uint64_t first_snapshot_bytes = 0;
  };
  struct Encoded {
    StoredSnapshot stored;
    std::string bytes;
    bool begins_segment = false;
  };
  // A file to be brought back to what is known to be good; size 0: to be removed.
  struct Repair {
    std::string name;
    std::uint64_t size = 0;
    std::uint64_t excess = 0;  // bytes that may be there beyond `size`
  };

  SegmentLog(Storage& storage, SegmentLogOptions options)
      : storage_(storage), options_(std::move(options)) {}
  Result<void> take_in(const StoredFile& file, std::uint64_t first_id, bool newest);
  Result<void> take_in_unsealed(const StoredFile& file, SegmentInfo info, bool newest);
  bool is_full() const;
  void begin_repair(Repair repair);
  Result<void> repair();
  Result<void> put_end(SegmentInfo& segment, std::string_view bytes);
  boost::asio::awaitable<Result<void>> replace(std::size_t older, ThinnedSegment thinned);

  Storage& storage_;
  SegmentLogOptions options_;
  std::vector<SegmentInfo> segments_;
  std::optional<Active> active_;  // writes segments_.back(), unless nothing is in it yet
  std::optional<Encoded> encoded_;
  std::vector<Repair> repairs_;
  std::set<std::string> unsynced_;
  bool unsynced_names_ = false;
  bool thinning_ = false;
  // Of files that are no segments of ours: the one that is to replace two, those that were.
  std::uint64_t other_bytes_ = 0;
};

}  // namespace bpfpush
