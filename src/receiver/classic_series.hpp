#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "receiver/rules.hpp"

namespace bpfpush::conformance {

// The series of classic histograms, put together. A sender may spread them over several requests,
// so the newest instant of each histogram is kept to be completed. Bounded in histograms: those
// beyond are not looked at.
class ClassicSeries {
 public:
  explicit ClassicSeries(std::size_t histograms_max) : histograms_max_(histograms_max) {}

  // Takes in a series, if it is a part of a classic histogram: its buckets first, `_count` only of
  // histograms that have buckets.
  void add_buckets(const ReceivedSeries& series);
  void add_count(const ReceivedSeries& series);

  // Checks what add_*() brought since the last call; findings are of request `version`.
  void check(WriteVersion version, Findings& findings);

  // To be called with the last request's version: what has still not arrived is missing.
  void finish(WriteVersion version, Findings& findings);

 private:
  using Instants = std::map<std::int64_t, ClassicInstant>;
  struct Histogram {
    Instants changed;  // by this request
    std::int64_t newest_at = 0;
    ClassicInstant newest;  // of earlier requests
    std::int64_t first_at = 0;
    bool is_judged = false;  // whether it has +Inf
    ClassicPast past;
  };
  using Histograms = std::unordered_map<std::string, Histogram>;

  static ClassicInstant& instant_of(Histograms::value_type& histogram, std::int64_t timestamp);
  void judge_past(Histograms::value_type& histogram, WriteVersion version, Findings& findings);

  std::size_t histograms_max_;
  Histograms histograms_;
  std::vector<Histograms::value_type*> changed_;
};

}  // namespace bpfpush::conformance
