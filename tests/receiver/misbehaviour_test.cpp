#include "receiver/misbehaviour.hpp"

#include <gtest/gtest.h>

namespace bpfpush {
namespace {

TEST(ParseStatuses, TakesAListAndNothingElse) {
  EXPECT_EQ(parse_statuses("503").value(), (std::vector<unsigned>{503}));
  EXPECT_EQ(parse_statuses("503,429,200").value(), (std::vector<unsigned>{503, 429, 200}));
  for (const char* text : {"", ",", "503,", "199", "600", "50x", "503, 200", "-503"}) {
    SCOPED_TRACE(text);
    const auto statuses = parse_statuses(text);
    ASSERT_FALSE(statuses);
    EXPECT_EQ(statuses.error().code, Errc::kInvalidConfig);
  }
}

TEST(ForcedAnswers, ComeInTheirOrderAndThenNoMore) {
  ForcedAnswers forced({503, 200});
  EXPECT_EQ(forced.next(), 503u);
  EXPECT_EQ(forced.next(), 200u);
  EXPECT_EQ(forced.next(), std::nullopt);
  EXPECT_EQ(forced.next(), std::nullopt);
}

}  // namespace
}  // namespace bpfpush
