#include "base/result.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <stdexcept>

namespace bpfpush {
namespace {

TEST(Error, OfOursIsItsContext) {
  EXPECT_EQ(Error(Errc::kNotFound, "no map \"x\"").message(), "no map \"x\"");
  EXPECT_EQ(Error(Errc::kMalformed, "").message(), "malformed");
}

TEST(Error, OfTheSystemSaysWhereAndWhat) {
  EXPECT_EQ(system_error(ENOENT, "/nowhere").message(), "/nowhere: No such file or directory");
}

TEST(Error, ComparesByCode) {
  EXPECT_EQ(Error(Errc::kNotFound, "a"), Error(Errc::kNotFound, "b"));
  EXPECT_FALSE(Error(Errc::kNotFound, "a") == Error(Errc::kTooLarge, "a"));
}

TEST(Result, ThrowsItsMessageWhereTheErrorWasNotExpected) {
  const Result<int> result = Error(Errc::kUnavailable, "the receiver is away");
  try {
    (void)result.value();
    FAIL() << "value() returned";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the receiver is away");
  }
}

}  // namespace
}  // namespace bpfpush
