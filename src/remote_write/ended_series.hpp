#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace bpfpush {

// Follows which series a receiver has been sent, and so which of them a snapshot no longer holds:
// those are to be ended there. By labels, not by object: a snapshot that was read from disk has
// other objects for the same series. What a family held is kept while snapshots lack the family as
// a whole (its map could not be read): that ends nothing.
class EndedSeries {
 public:
  struct One {
    std::shared_ptr<const Family> family;  // the snapshot's
    std::shared_ptr<const Series> series;
  };

  // A snapshot begins to be sent. Where done() was not called for the one before, this ends what
  // that one would have ended, and what was sent of it.
  void begin(const Snapshot& snapshot);

  // What the snapshot ends, in a fixed order; until the next begin().
  const std::vector<One>& all() const { return ended_; }

  // A part of the snapshot is through, which may hold any of its series.
  void sent_in_part() { is_sent_in_part_ = true; }

  // The snapshot is through: what it ended has ended.
  void done();

 private:
  using Held = std::vector<std::shared_ptr<const Series>>;
  struct FamilyEntry {
    std::shared_ptr<const Family> family;
    Held sent;     // what the receiver may hold
    Held current;  // what the snapshot that began last holds, where that differs from `sent`
    bool differs = false;
  };

  void begin(const FamilySnapshot& family);

  std::unordered_map<std::string, FamilyEntry> families_;  // by name
  std::vector<One> ended_;
  bool is_sent_in_part_ = false;
};

}  // namespace bpfpush
