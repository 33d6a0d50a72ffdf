#pragma once

#include <cstddef>

#include "remote_write/message_writer.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// A place among all series of a snapshot, family after family. The snapshot must outlive it.
class SeriesWalk {
 public:
  // Stands at the `begin`-th series, or at the end if there are not so many.
  SeriesWalk(const Snapshot& snapshot, std::size_t begin);

  bool at_end() const { return family_ == snapshot_.families.size(); }
  void next();

  // Not at the end:
  const FamilySnapshot& family() const { return snapshot_.families[family_]; }
  std::size_t index() const { return index_; }  // in family().series

  std::size_t position() const { return position_; }  // among all series

 private:
  void skip_families_without_series();

  const Snapshot& snapshot_;
  std::size_t family_ = 0;
  std::size_t index_ = 0;
  std::size_t position_ = 0;
};

// How much of a snapshot goes into one request. A label set's samples are taken together or not at
// all, and the first is always taken: a request left empty because its first histogram is large
// would be left empty for ever.
class RequestCut {
 public:
  RequestCut(std::size_t samples_max, std::size_t bytes_max)
      : samples_max_(samples_max), bytes_max_(bytes_max) {}

  // Takes a label set of that size, unless it is too much for this request.
  bool take(const SeriesSize& size);

  std::size_t samples() const { return samples_; }
  std::size_t histograms() const { return histograms_; }

 private:
  std::size_t samples_max_;
  std::size_t bytes_max_;
  std::size_t samples_ = 0;
  std::size_t histograms_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace bpfpush
