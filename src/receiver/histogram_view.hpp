#pragma once

#include <cstddef>
#include <string>

#include "receiver/store.hpp"

namespace bpfpush {

struct HistogramViewOptions {
  std::string name_prefix = "";  // only metrics whose name begins with it
  std::size_t width = 80;        // columns; titles and label values may be longer
  std::size_t rows_max = 18;  // of one histogram, so that it fits a 24-line terminal with its title
};

// The histograms that the store holds, classic and native, for people: what all have in common in
// one line, then for each its title, its count, average and estimated quantiles, and a bar for each
// bucket from the first to the last that is not empty. Where those are more than rows_max,
// neighbours share a row. "" if there are no histograms.
std::string render_histograms(const Store& store, const HistogramViewOptions& options);

// A number as a reader wants it: whole numbers and those from 1000 on without decimals, others with
// four digits.
std::string humane_number(double value);

}  // namespace bpfpush
