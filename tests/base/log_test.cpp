#include "base/log.hpp"

#include <gtest/gtest.h>

namespace bpfpush {
namespace {

TEST(Log, QuotesWhatLogfmtCannotHoldBare) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"", "\"\""},
      {"two words", "\"two words\""},
      {"a=b", "\"a=b\""},
      {"say \"no\"", "\"say \\\"no\\\"\""},
      {"back\\slash", "\"back\\\\slash\""},
      {"two\nlines", "\"two\\nlines\""},
      {"bell\a", "\"bell\\u0007\""},
      {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
  };
  for (const Case& c : cases) EXPECT_EQ(log::logfmt_value(c.text), c.want);
}

TEST(Log, IsOneLinePerEvent) {
  testing::internal::CaptureStderr();
  log::warn("request rejected", {{"endpoint", "main"}, {"reason", "bad\nluck"}});
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.starts_with("time=20")) << line;
  EXPECT_TRUE(line.ends_with(
      "level=warning msg=\"request rejected\" endpoint=main reason=\"bad\\nluck\"\n"))
      << line;
}

TEST(Log, DropsWhatIsBelowItsLevel) {
  log::set_level(log::Level::kError);
  testing::internal::CaptureStderr();
  log::warn("not shown");
  log::error("shown");
  const std::string text = testing::internal::GetCapturedStderr();
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(text.find("not shown"), text.npos);
  EXPECT_NE(text.find("msg=shown"), text.npos);
}

TEST(Log, KnowsItsLevelsByName) {
  EXPECT_EQ(log::parse_level("debug"), log::Level::kDebug);
  EXPECT_EQ(log::parse_level("error"), log::Level::kError);
  EXPECT_EQ(log::parse_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace bpfpush
