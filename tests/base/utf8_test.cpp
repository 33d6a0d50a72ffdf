#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace bpfpush {
namespace {

TEST(Utf8, KeepsWhatIsWellFormedAndReplacesEveryOtherByte) {
  struct Case {
    const char* name;
    std::string_view bytes;
    std::string_view want;
  };
  const Case cases[] = {
      {"nothing", "", ""},
      {"ASCII", "sda1", "sda1"},
      {"two, three and four bytes", "\u00fc\u20ac\U0001F600", "\u00fc\u20ac\U0001F600"},
      {"a lone continuation byte", "a\x80z", "a\uFFFDz"},
      {"a cut sequence", "a\xE2\x82", "a\uFFFD\uFFFD"},
      {"an overlong slash", "\xC0\xAF", "\uFFFD\uFFFD"},
      {"an overlong three-byte form", "\xE0\x80\x80", "\uFFFD\uFFFD\uFFFD"},
      {"a surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"beyond U+10FFFF", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"the last code point", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
      {"a byte that never occurs", "\xFFok", "\uFFFDok"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(to_valid_utf8(c.bytes), c.want);
    EXPECT_EQ(is_utf8(c.bytes), c.bytes == c.want);
  }
}

TEST(Utf8Prefix, CutsNoCharacter) {
  struct Case {
    const char* text;
    std::size_t bytes_max;
    const char* want;
  };
  const Case cases[] = {
      {"", 0, ""},
      {"abc", 3, "abc"},
      {"abc", 2, "ab"},
      {"abc", 0, ""},
      {"a\xc3\xbc"
       "b",
       2, "a"},
      {"a\xc3\xbc"
       "b",
       3, "a\xc3\xbc"},
      {"\xf0\x9f\x90\x9d", 3, ""},
      {"\xf0\x9f\x90\x9d", 4, "\xf0\x9f\x90\x9d"},
  };
  for (const Case& c : cases) EXPECT_EQ(utf8_prefix(c.text, c.bytes_max), c.want) << c.bytes_max;
}

}  // namespace
}  // namespace bpfpush
