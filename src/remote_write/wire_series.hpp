#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "remote_write/label.hpp"
#include "remote_write/relabel.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// What receivers take: some drop a series beyond that, and answer as if they had not.
struct SeriesLimits {
  std::size_t labels_max = 30;          // of a series, `__name__` and `le` among them
  std::size_t value_bytes_max = 2'048;  // of a label
};

struct SeriesRules {
  std::vector<Label> external_labels;  // added to every series that has no such label itself
  Relabeling relabeling;
  SeriesLimits limits;
  // Histograms are `_bucket`, `_sum` and `_count` to the rules; else one series of the family's
  // name.
  bool classic = true;
};

// Why a series is not sent.
enum class Unsent { kRule, kDuplicate, kConflict, kInvalidName, kTooManyLabels };
inline constexpr std::size_t kUnsentReasons = 5;
const char* name_of(Unsent reason);  // "rule", "duplicate" ...

// Which number of a family's row a series shows: all of it, or one that a histogram is in classic
// form.
enum class RowPart { kWhole, kBucket, kSum, kCount };

struct WireSeries {
  RowPart part = RowPart::kWhole;
  std::size_t bucket = 0;  // of kBucket
  LabelMap labels;         // with `__name__`, which is the family's for kWhole
};

// What is sent of one label set.
struct WireShape {
  std::vector<WireSeries> series;
  std::array<std::size_t, kUnsentReasons> unsent{};  // series, by reason
  std::size_t cut_values = 0;                        // labels that were too long
};

// The series that a label set of the family is on the wire.
std::size_t wire_count(const Family& family, const SeriesRules& rules);

// Applies the rules to each series that the label set is on the wire. A histogram whose series
// still are one, of whatever name and labels, stays whole; else it falls apart into those that the
// rules left.
WireShape shape_series(const Family& family, const Series& series, const SeriesRules& rules);

}  // namespace bpfpush
