#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "spool/byte_io.hpp"
#include "spool/format.hpp"
#include "spool/stored_snapshot.hpp"

namespace bpfpush {

// Reads the records of one segment back, from its first on. Series of equal labels are the same
// object throughout the segment.
class SnapshotDecoder {
 public:
  // Takes the payload of the next record; true if it was a snapshot, which snapshot() then gives.
  // kMalformed if it does not follow what was read before: a record is missing, or it is none of
  // ours. Nothing can be applied after that.
  Result<bool> apply(std::string_view payload);

  // The last snapshot applied, its families and series in the order of the dictionary.
  StoredSnapshot snapshot() const;
  std::uint64_t id() const { return last_.id; }

 private:
  struct KnownSeries {
    std::size_t family = 0;
    std::shared_ptr<const Series> series;
    std::vector<std::uint64_t> row;
    bool present = false;
  };
  struct Head {
    std::uint64_t id = 0;
    bool begins_run = false;
    Instant instant;
  };

  void read_dictionary(ByteReader& reader);
  void read_family(ByteReader& reader);
  void read_series(ByteReader& reader);
  void read_head(ByteReader& reader, bool full);
  void read_absent(ByteReader& reader);
  void read_starts(ByteReader& reader);
  void read_changes(ByteReader& reader);
  void read_row(ByteReader& reader, KnownSeries& known) const;

  std::vector<std::shared_ptr<const Family>> families_;
  std::vector<std::chrono::nanoseconds> starts_;  // parallel to them
  std::vector<KnownSeries> series_;
  std::vector<bool> absent_;  // families that the last snapshot lacks; those beyond are there
  Head last_;
  bool has_full_ = false;
  bool broken_ = false;
};

}  // namespace bpfpush
