#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bpfpush {

using PromLabels = std::map<std::string, std::string>;

struct PromPoint {
  double time = 0;  // seconds since the epoch
  double value = 0;
};

// One series of a query's answer: one point of an instant vector, all points of a range.
struct PromSeries {
  PromLabels labels;
  std::vector<PromPoint> points;

  double value() const { return points.back().value; }
};

// Reads the answer of /api/v1/query where it is an instant vector or a matrix; kMalformed where it
// is anything else.
Result<std::vector<PromSeries>> parse_query_answer(std::string_view json);

}  // namespace bpfpush
