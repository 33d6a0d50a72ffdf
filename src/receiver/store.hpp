#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "receiver/received_histogram.hpp"

namespace bpfpush {

// The labels of one series, sorted by name; a name occurs once. The metric's name is among them as
// "__name__" where a function says "with the name".
using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
  double value = 0;
  std::int64_t timestamp = 0;  // milliseconds since the epoch

  friend bool operator==(const Sample&, const Sample&) = default;
};

// The NaN that a sender ends a series with: no value, and told from other NaNs by its bits.
bool is_stale(const Sample& sample);
bool is_stale(const ReceivedHistogram& histogram);

// What a metric family is, as its sender says.
struct FamilyInfo {
  std::string_view type = "untyped";  // as TYPE spells it; a literal
  std::string help;

  friend bool operator==(const FamilyInfo&, const FamilyInfo&) = default;
};

// The newest sample of every series, in memory; and likewise the newest native histogram, whatever
// samples a series of the same labels has. Bounded in series: those beyond are counted and not
// stored.
class Store {
 public:
  using SeriesOfMetric = std::map<Labels, Sample>;  // labels without the name
  using Metrics = std::map<std::string, SeriesOfMetric, std::less<>>;
  using NativesOfMetric = std::map<Labels, ReceivedHistogram>;
  using Natives = std::map<std::string, NativesOfMetric, std::less<>>;
  using Families = std::map<std::string, FamilyInfo, std::less<>>;

  explicit Store(std::size_t series_max = 200'000) : series_max_(series_max) {}

  // Keeps `sample` if it is newer than what the series (labels with the name, in any order) already
  // has. Of two with one timestamp the first stays.
  void add(Labels labels, Sample sample);
  void add_native(Labels labels, ReceivedHistogram histogram);

  // Bounded like the series: no more families than series_max.
  void describe(const std::string& family, FamilyInfo info);

  // Labels with the name, in any order. Null if there is no such series. Valid until the next
  // add().
  const Sample* find(Labels labels) const;
  const ReceivedHistogram* find_native(Labels labels) const;

  const Metrics& metrics() const { return metrics_; }
  const Natives& natives() const { return natives_; }
  const Families& families() const { return families_; }

  std::size_t series_count() const { return series_count_; }
  std::uint64_t samples_dropped() const { return samples_dropped_; }  // of series beyond the bound
  std::uint64_t samples_ignored() const { return samples_ignored_; }  // older than the one held

 private:
  template <typename Value>
  using Kept = std::map<std::string, std::map<Labels, Value>, std::less<>>;

  template <typename Value>
  void keep(Kept<Value>& kept, Labels labels, Value value);

  std::size_t series_max_;
  Metrics metrics_;
  Natives natives_;
  Families families_;
  std::size_t series_count_ = 0;
  std::uint64_t samples_dropped_ = 0;
  std::uint64_t samples_ignored_ = 0;
};

}  // namespace bpfpush
