#include "remote_write/reference_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <vector>

namespace bpfpush::testing {
namespace {

using Buckets = std::map<int, std::uint64_t>;  // by index; those that hold something

struct Indices {
  int schema = 0;
  std::vector<int> of_bounds;
};

// Of which schema the bounds are, tried one by one.
std::optional<Indices> find_schema(const std::vector<double>& bounds) {
  for (const int schema : {0, 1, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3, -4}) {
    const double per_octave = std::pow(2, schema);
    Indices found{schema, {}};
    for (const double bound : bounds) {
      const double index = std::round(std::log2(bound) * per_octave);
      const double exact = std::pow(2, index / per_octave);
      const bool follows = found.of_bounds.empty() || found.of_bounds.back() + 1 == int(index);
      if (follows && std::abs(exact - bound) < 1e-15 * bound) found.of_bounds.push_back(int(index));
    }
    if (!bounds.empty() && found.of_bounds.size() == bounds.size()) return found;
  }
  return std::nullopt;
}

// The buckets, and the empty ones between two that are no more than two apart.
std::set<int> written(const Buckets& buckets) {
  std::set<int> all;
  for (const auto& [index, count] : buckets) {
    if (!all.empty() && index - *all.rbegin() <= 3) {
      for (int empty = *all.rbegin() + 1; empty < index; ++empty) all.insert(empty);
    }
    all.insert(index);
  }
  return all;
}

void set_buckets(prometheus::Histogram& histogram, const Buckets& buckets) {
  int last = -1;  // so that the first offset is the index
  std::int64_t count_before = 0;
  for (const int index : written(buckets)) {
    if (histogram.positive_spans_size() == 0 || index != last + 1) {
      histogram.add_positive_spans()->set_offset(index - last - 1);
    }
    auto& span = *histogram.mutable_positive_spans()->rbegin();
    span.set_length(span.length() + 1);
    const auto found = buckets.find(index);
    const auto count = found == buckets.end() ? 0 : static_cast<std::int64_t>(found->second);
    histogram.add_positive_deltas(static_cast<std::int64_t>(
        static_cast<std::uint64_t>(count) - static_cast<std::uint64_t>(count_before)));
    count_before = count;
    last = index;
  }
}

void set_custom(prometheus::Histogram& histogram, std::vector<double> bounds,
                std::vector<std::uint64_t> counts, std::size_t buckets_max) {
  while (bounds.size() > 1 && bounds.size() + 1 > buckets_max) {
    std::vector<double> fewer;
    std::vector<std::uint64_t> sums;
    for (std::size_t i = 0; i < bounds.size(); i += 2) {
      const bool has_pair = i + 1 < bounds.size();
      fewer.push_back(has_pair ? bounds[i + 1] : bounds[i]);
      sums.push_back(counts[i] + (has_pair ? counts[i + 1] : 0));
    }
    sums.push_back(counts.back());
    bounds = fewer;
    counts = sums;
  }
  Buckets buckets;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) buckets[static_cast<int>(i)] = counts[i];
  }
  histogram.set_schema(-53);
  for (const double bound : bounds) histogram.add_custom_values(bound);
  set_buckets(histogram, buckets);
}

bool set_exponential(prometheus::Histogram& histogram, std::vector<double> bounds,
                     std::vector<std::uint64_t> counts, std::size_t buckets_max) {
  if (bounds.size() > 1 && bounds[0] == 0) {
    bounds.erase(bounds.begin());
    counts[1] += counts[0];
    counts.erase(counts.begin());
  }
  auto indices = find_schema(bounds);
  if (!indices) return false;
  Buckets buckets;
  for (std::size_t i = 1; i < counts.size(); ++i) {
    // Of the +Inf bucket: behind the one that ends at 2^1024, the first that is no double.
    const int infinity = static_cast<int>(1024 * std::pow(2, indices->schema)) + 1;
    const int index = i < bounds.size() ? indices->of_bounds[i] : infinity;
    if (counts[i] > 0) buckets[index] += counts[i];
  }
  while (written(buckets).size() > buckets_max && indices->schema > -4) {
    Buckets merged;
    for (const auto& [index, count] : buckets) merged[int(std::ceil(index / 2.0))] += count;
    buckets = merged;
    indices->schema -= 1;
  }
  histogram.set_schema(indices->schema);
  histogram.set_zero_threshold(bounds[0]);
  histogram.set_zero_count_int(counts[0]);
  set_buckets(histogram, buckets);
  return true;
}

}  // namespace

std::optional<prometheus::Histogram> reference_histogram(
    const Family& family, HistogramForm form, std::size_t buckets_max,
    std::optional<std::span<const std::uint64_t>> row) {
  if (form == HistogramForm::kClassic) return std::nullopt;
  prometheus::Histogram histogram;
  const std::vector<std::uint64_t> zeros(family.row_size());
  const std::span<const std::uint64_t> values = row ? *row : zeros;
  const std::vector<std::uint64_t> counts(values.begin() + 1, values.end());
  std::uint64_t count = 0;
  for (const std::uint64_t one : counts) count += one;
  histogram.set_count_int(count);
  const double no_sum = std::bit_cast<double>(std::uint64_t{0x7ff8000000000001});
  const double sum = static_cast<double>(values[0]) / family.divisor * family.multiplier;
  histogram.set_sum(family.has_sum ? sum : no_sum);
  if (form == HistogramForm::kCustom) {
    set_custom(histogram, family.bounds, counts, buckets_max);
  } else if (!set_exponential(histogram, family.bounds, counts, buckets_max)) {
    return std::nullopt;
  }
  if (row) return histogram;
  prometheus::Histogram marker;
  marker.set_count_int(0);
  marker.set_sum(std::bit_cast<double>(std::uint64_t{0x7ff0000000000002}));
  return marker;
}

}  // namespace bpfpush::testing
