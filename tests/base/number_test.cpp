#include "base/number.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace bpfpush {
namespace {

TEST(FormatNumber, SpellsAsGoDoes) {
  struct Case {
    double value;
    const char* want;
  };
  // What strconv.FormatFloat(value, 'g', -1, 64) gives.
  const Case cases[] = {
      {0, "0"},
      {1, "1"},
      {-1.5, "-1.5"},
      {32768, "32768"},
      {131072, "131072"},
      {999999, "999999"},
      {1000000, "1e+06"},
      {1048576, "1.048576e+06"},
      {2147483648, "2.147483648e+09"},
      {0.1, "0.1"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {0.000001, "1e-06"},
      {1.0905077326652577, "1.0905077326652577"},
      {1e100, "1e+100"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const Case& c : cases) EXPECT_EQ(format_number(c.value), c.want);
}

}  // namespace
}  // namespace bpfpush
