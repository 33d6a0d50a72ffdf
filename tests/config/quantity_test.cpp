#include "config/quantity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "config/value_of.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;

TEST(ParseDuration, ReadsWhatPrometheusWrites) {
  struct Case {
    const char* text;
    milliseconds want;
  };
  const Case cases[] = {
      {"0", milliseconds(0)},
      {"0s", milliseconds(0)},
      {"15s", milliseconds(15'000)},
      {"250ms", milliseconds(250)},
      {"1m", milliseconds(60'000)},
      {"1m30s", milliseconds(90'000)},
      {"1h", milliseconds(3'600'000)},
      {"1d2h3m4s5ms", milliseconds(93'784'005)},
      {"1w", milliseconds(604'800'000)},
      {"10y", milliseconds(315'360'000'000)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(value_of(parse_duration(c.text)), c.want);
  }
}

TEST(ParseDuration, RefusesWhatIsNone) {
  for (const char* text : {"", "15", "s", "15 s", "-15s", "1.5s", "15S", "30s1m", "1s1s", "1ms1s",
                           "15sec", "11y", "10y1ms", "99999999999999999999s", "0x1s", "+1s"}) {
    SCOPED_TRACE(text);
    const Result<milliseconds> duration = parse_duration(text);
    ASSERT_FALSE(duration);
    EXPECT_THAT(duration.error().context, testing::HasSubstr(text));
  }
}

TEST(ParseByteSize, ReadsDecimalAndBinaryUnits) {
  struct Case {
    const char* text;
    std::optional<std::uint64_t> want;
  };
  const Case cases[] = {
      {"0", 0},
      {"4096", 4096},
      {"100B", 100},
      {"64MB", 64'000'000},
      {"16MiB", 16u << 20},
      {"1KiB", 1024},
      {"2GB", 2'000'000'000},
      {"8GiB", std::uint64_t{8} << 30},
      {"", std::nullopt},
      {"MiB", std::nullopt},
      {"-1", std::nullopt},
      {"16 MiB", std::nullopt},
      {"16mib", std::nullopt},
      {"1.5MiB", std::nullopt},
      {"9223372036854775808", std::nullopt},
      {"9999999999GiB", std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(value_of(parse_byte_size(c.text)), c.want);
  }
}

TEST(ParseGoDuration, TakesWhatGoTakes) {
  struct Case {
    const char* text;
    std::optional<std::int64_t> want;  // milliseconds
  };
  const Case cases[] = {
      {"0", 0},
      {"1h", 3'600'000},
      {"1h30m", 5'400'000},
      {"1.5h", 5'400'000},
      {"1m0.5s", 60'500},
      {".5s", 500},
      {"30m1h", 5'400'000},
      {"250ms", 250},
      {"1500us", 1},
      {"1500\u00b5s", 1},
      {"2000000ns", 2},
      {"", std::nullopt},
      {"60", std::nullopt},
      {"h", std::nullopt},
      {"1d", std::nullopt},
      {"1 h", std::nullopt},
      {"-1h", std::nullopt},
      {"1h ", std::nullopt},
      {"infs", std::nullopt},
      {"9999999h", std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto parsed = parse_go_duration(c.text);
    EXPECT_EQ(parsed ? std::optional(parsed->count()) : std::nullopt, c.want);
  }
}

TEST(ParseNumber, TakesFiniteDecimalsOnly) {
  EXPECT_EQ(value_of(parse_number("0.001")), 0.001);
  EXPECT_EQ(value_of(parse_number("1e-3")), 0.001);
  EXPECT_EQ(value_of(parse_number("-2")), -2);
  for (const char* text : {"", "inf", "nan", "1e999", "1,5", "1 ", "0x10"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_number(text));
  }
}

TEST(ParseInteger, TakesWholeNumbersOfSixtyFourBits) {
  EXPECT_EQ(value_of(parse_integer("-4")), -4);
  EXPECT_EQ(value_of(parse_integer("10000")), 10'000);
  for (const char* text : {"", "1.0", "1e3", "10_000", "9223372036854775808", "one"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_integer(text));
  }
}

TEST(ParseBool, TakesTheTwoWords) {
  EXPECT_EQ(value_of(parse_bool("true")), true);
  EXPECT_EQ(value_of(parse_bool("false")), false);
  for (const char* text : {"", "yes", "True", "1"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_bool(text));
  }
}

}  // namespace
}  // namespace bpfpush
