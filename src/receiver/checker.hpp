#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "receiver/classic_series.hpp"
#include "receiver/rules.hpp"

namespace bpfpush::conformance {

// What the rules say of a message.
struct Verdict {
  std::vector<Effect> effects;  // one for each of its series
  bool is_refused = false;      // any of them is kRefused
  bool is_whole = true;         // all of them are kStored
};

// Runs all rules over the messages of one receiver, and remembers what of each series came last.
// Bounded in series: what is beyond is not compared with its past.
class Checker {
 public:
  explicit Checker(std::size_t series_max) : series_max_(series_max), classic_(series_max) {}

  // `now` as SeriesSubject has it.
  Verdict check(const WriteMessage& message, std::optional<std::int64_t> now, Findings& findings);

  // The message that was checked last has been stored, as far as its verdict lets it.
  void commit(const WriteMessage& message, const Verdict& verdict, Findings& findings);

  // No more requests will come: finds what has not arrived.
  void finish(Findings& findings);

 private:
  using Past = std::unordered_map<std::string, SeriesPast>;

  const SeriesPast* find_past(const std::string& key) const;

  std::size_t series_max_;
  Past past_;
  Past pending_;  // of the message that was checked last
  ClassicSeries classic_;
  WriteVersion version_ = WriteVersion::kV1;  // of the last message
};

}  // namespace bpfpush::conformance
