#include "base/letter_case.hpp"

#include <gtest/gtest.h>

namespace bpfpush {
namespace {

TEST(LetterCase, IsThatOfEveryAlphabetWhateverTheLocale) {
  struct Case {
    const char* text;
    const char* lower;
    const char* upper;
  };
  const Case cases[] = {
      {"", "", ""},
      {"Sda-1_x", "sda-1_x", "SDA-1_X"},
      {"\xc3\x9c\xc3\xbc", "\xc3\xbc\xc3\xbc", "\xc3\x9c\xc3\x9c"},
      {"\xd0\x96\xce\xa9", "\xd0\xb6\xcf\x89", "\xd0\x96\xce\xa9"},
      {"\xff"
       "A\xc3",
       "\xff"
       "a\xc3",
       "\xff"
       "A\xc3"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(to_lower_case(c.text), c.lower);
    EXPECT_EQ(to_upper_case(c.text), c.upper);
  }
  EXPECT_EQ(to_upper_case(std::string("a\0b", 3)), std::string("A\0B", 3));
}

}  // namespace
}  // namespace bpfpush
