#include "support/exact_buckets.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace bpfpush {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

cpp_int floor_of(const cpp_rational& value) {
  return numerator(value) / denominator(value);  // none is negative
}

// The number that the shortest text of `value` says: 0.3 for the double next to it.
cpp_rational decimal_of(double value) {
  char chars[64];
  const auto end = std::to_chars(chars, chars + sizeof chars, value, std::chars_format::scientific);
  std::string text(chars, end.ptr);  // "1.25e-07"
  const std::size_t e = text.find('e');
  int exponent = std::stoi(text.substr(e + 1));
  std::string digits = text.substr(0, e);
  if (const std::size_t point = digits.find('.'); point != std::string::npos) {
    exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));  // 0... is octal
  const cpp_int power =
      boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(std::abs(exponent)));
  const cpp_int number(digits);  // no rational yet: Boost 1.81 divides the rational 1 wrongly
  return exponent < 0 ? cpp_rational(number, power) : cpp_rational(number * power);
}

}  // namespace

ExactBuckets::ExactBuckets(std::span<const double> bounds, std::uint64_t ratio) {
  for (const double bound : bounds) {
    const cpp_int as_it_is = floor_of(cpp_rational(bound) * ratio);
    const bool is_whole = bound == std::floor(bound);
    bounds_.push_back(is_whole ? as_it_is
                               : std::max(as_it_is, floor_of(decimal_of(bound) * ratio)));
  }
}

std::size_t ExactBuckets::bucket_of(std::uint64_t value) const {
  std::size_t bucket = 0;
  while (bucket < bounds_.size() && bounds_[bucket] < value) ++bucket;
  return bucket;
}

std::vector<std::uint64_t> ExactBuckets::edges() const {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::uint64_t> values = {0, kMax};
  for (const cpp_int& bound : bounds_) {
    for (const int step : {-1, 0, 1}) {
      const cpp_int value = bound + step;
      if (value >= 0 && value <= kMax) values.push_back(static_cast<std::uint64_t>(value));
    }
  }
  return values;
}

}  // namespace bpfpush
