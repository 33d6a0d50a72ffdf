#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "receiver/store.hpp"

namespace bpfpush {

struct CumulativeBucket {
  double upper = 0;  // inclusive; +Inf in the last
  double count = 0;  // of all observations not above `upper`

  friend bool operator==(const CumulativeBucket&, const CumulativeBucket&) = default;
};

// A histogram put together again from its `_bucket`, `_sum` and `_count` series.
struct ClassicHistogram {
  std::string name;                       // without "_bucket"
  Labels labels;                          // without "le" and the name
  std::vector<CumulativeBucket> buckets;  // ascending; at least one, the last is +Inf
  std::optional<double> sum;

  double count() const { return buckets.back().count; }
};

// The number a label such as `le` holds, "+Inf" among them; nothing if it is none.
std::optional<double> parse_le(std::string_view text);

// All histograms of which the store has a +Inf bucket and whose name begins with `name_prefix`, by
// name, then by labels.
std::vector<ClassicHistogram> collect_histograms(const Store& store, std::string_view name_prefix);

// Estimates the quantile `q` of [0, 1] as Prometheus' histogram_quantile does: linearly within the
// bucket that holds it, the first of them starting at 0 unless its bound is not positive. Above the
// last finite bound nothing is known, so that bound is the answer. NaN without observations or
// without a finite bound. `buckets` end with +Inf.
double estimate_quantile(double q, std::span<const CumulativeBucket> buckets);

}  // namespace bpfpush
