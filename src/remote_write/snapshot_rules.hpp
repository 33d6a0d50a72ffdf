#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "remote_write/wire_series.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// What the rules did to the snapshot that was sent last.
struct RulesState {
  std::array<std::uint64_t, kUnsentReasons> unsent{};  // series not sent, by Unsent
  std::uint64_t cut_values = 0;                        // labels sent that were too long
};

// An endpoint's view of snapshots: labels relabelled, external ones among them, and within limits;
// each series once. What it makes of a label set is made once, and kept as long as every snapshot
// holds it, and the view's families and series are the same objects from view to view.
//
// Without rules the view is the snapshot itself, but for label sets that exceed the limits;
// external labels are then left to the encoder.
class SnapshotRules {
 public:
  explicit SnapshotRules(SeriesRules rules);
  SnapshotRules(const SnapshotRules&) = delete;
  SnapshotRules& operator=(const SnapshotRules&) = delete;

  // What histograms are to the rules from now on; see SeriesRules.
  void set_classic(bool classic);

  // The view of a snapshot; valid until the next call, and as long as the snapshot.
  const Snapshot& apply(const Snapshot& snapshot);

  // The view of the snapshot that apply() was called with last.
  const Snapshot& view_of(const Snapshot& snapshot) const { return is_itself_ ? snapshot : view_; }

  const RulesState& state() const { return state_; }

 private:
  // A family of the view. There is one for each name, or receivers would see one series of two.
  struct OutFamily {
    std::shared_ptr<const Family> family;
    std::set<std::string> label_names;  // grows with the series that have others
    std::set<std::string> sources;      // names of the families it is made of
    std::size_t index = 0;              // in the view
    bool is_used = false;               // by an entry
  };
  struct OutSeries {
    OutFamily* family;
    std::shared_ptr<const Series> series;
    RowPart part;
    std::size_t bucket;
  };
  struct Entry {
    std::vector<OutSeries> series;
    std::vector<std::uint64_t> keys;  // of the view's series, by which duplicates are found
    std::array<std::size_t, kUnsentReasons> unsent{};
    std::size_t cut_values = 0;
    std::uint32_t pass = 0;  // in which it was last used
  };
  using Entries = std::unordered_map<std::shared_ptr<const Series>, Entry>;

  bool is_within_limits(const Snapshot& snapshot) const;
  void make_view(const Snapshot& snapshot);
  void begin_pass();
  void forget_families();
  void add_families(const Snapshot& snapshot);
  void add_series(const Entry& entry, const Family& family, std::span<const std::uint64_t> row);
  void forget(const Entry& entry);

  Entry make_entry(const Family& family, const Series& series);
  bool claim(Entry& entry, const Family& family, const WireSeries& one);
  OutFamily* find_family(const Family& family, const WireSeries& one);

  SeriesRules rules_;
  std::unordered_map<std::shared_ptr<const Family>, Entries> entries_;
  std::map<std::string, OutFamily> families_;  // by name
  std::unordered_set<std::uint64_t> keys_;     // that are taken
  bool labels_grew_ = false;                   // families have to be laid out anew
  std::uint32_t pass_ = 0;
  Snapshot view_;
  bool is_itself_ = true;  // the last snapshot is its own view
  RulesState state_;
};

}  // namespace bpfpush
