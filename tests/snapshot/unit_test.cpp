#include "snapshot/unit.hpp"

#include <gtest/gtest.h>

#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

TEST(Unit, RatioIsHowManyMeasuredMakeOneExported) {
  struct Case {
    const char* measured;
    const char* exported;
    std::uint64_t want;  // 0: not possible
  };
  const Case cases[] = {
      {"nanoseconds", "nanoseconds", 1},
      {"nanoseconds", "microseconds", 1'000},
      {"nanoseconds", "seconds", 1'000'000'000},
      {"microseconds", "seconds", 1'000'000},
      {"bytes", "kibibytes", 1'024},
      {"bytes", "mebibytes", 1'048'576},
      {"", "", 1},
      {"microseconds", "nanoseconds", 0},  // finer than measured
      {"bytes", "seconds", 0},
      {"", "seconds", 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.measured) + " as " + c.exported);
    const auto ratio =
        measured_per_exported(*find_unit(c.measured).value(), *find_unit(c.exported).value());
    if (c.want == 0) {
      EXPECT_EQ(ratio, Error(Errc::kInvalidConfig, ""));
    } else {
      EXPECT_EQ(ratio, c.want);
    }
  }
}

TEST(Unit, UnknownNameIsToldTheKnownOnes) {
  const auto unit = find_unit("fortnights");
  ASSERT_FALSE(unit);
  EXPECT_NE(unit.error().message().find("\"fortnights\""), std::string::npos);
  EXPECT_NE(unit.error().message().find("microseconds"), std::string::npos);
}

TEST(Unit, OnlySecondsAndBytesAreBaseUnits) {
  EXPECT_TRUE(find_unit("seconds").value()->is_base());
  EXPECT_TRUE(find_unit("bytes").value()->is_base());
  EXPECT_FALSE(find_unit("kibibytes").value()->is_base());
  EXPECT_FALSE(find_unit("").value()->is_base());
}

}  // namespace
}  // namespace bpfpush
