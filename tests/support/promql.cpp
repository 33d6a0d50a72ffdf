#include "support/promql.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <exception>

namespace bpfpush {
namespace {

namespace json = boost::json;

// [1700000000.5, "17"]; the value is text because it may be "NaN" or "+Inf".
PromPoint to_point(const json::value& pair) {
  return {pair.at(0).to_number<double>(), std::strtod(pair.at(1).as_string().c_str(), nullptr)};
}

PromSeries to_series(const json::value& result, bool is_matrix) {
  PromSeries series;
  for (const auto& [name, value] : result.at("metric").as_object())
    series.labels.emplace(name, value.as_string());
  if (!is_matrix) {
    series.points.push_back(to_point(result.at("value")));
    return series;
  }
  for (const json::value& pair : result.at("values").as_array())
    series.points.push_back(to_point(pair));
  return series;
}

std::vector<PromSeries> to_answer(const json::value& answer) {
  const json::value& data = answer.at("data");
  const bool is_matrix = data.at("resultType").as_string() == "matrix";
  std::vector<PromSeries> all;
  for (const json::value& result : data.at("result").as_array())
    all.push_back(to_series(result, is_matrix));
  return all;
}

}  // namespace

Result<std::vector<PromSeries>> parse_query_answer(std::string_view text) {
  try {
    return to_answer(json::parse(json::string_view(text.data(), text.size())));
  } catch (const std::exception& e) {
    return Error{Errc::kMalformed,
                 "not the answer of a query: " + std::string(text) + ": " + e.what()};
  }
}

}  // namespace bpfpush
