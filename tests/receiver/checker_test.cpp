#include "receiver/checker.hpp"

#include "receiver/rule_cases.hpp"

namespace bpfpush::conformance {
namespace {

class CheckerTest : public ::testing::Test {
 protected:
  static WriteMessage message(std::vector<ReceivedSeries> series) {
    WriteMessage message;
    message.series = std::move(series);
    return message;
  }

  // Checks, and commits if `store`; the names of the rules that were broken.
  std::vector<std::string> receive(const WriteMessage& message, bool store = true) {
    Findings findings;
    verdict_ = checker_.check(message, kNow, findings);
    if (store) checker_.commit(message, verdict_, findings);
    std::vector<std::string> names;
    for (const Finding& finding : findings.all()) names.emplace_back(finding.rule->name);
    return names;
  }

  Checker checker_{2};
  Verdict verdict_;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CheckerTest, RemembersWhatEachSeriesHadLast) {
  EXPECT_THAT(receive(message({with_samples({{1, kNow}})})), IsEmpty());
  EXPECT_THAT(receive(message({with_samples({{1, kNow}})})), IsEmpty());
  EXPECT_THAT(receive(message({with_samples({{2, kNow}})})), ElementsAre("timestamps_unique"));
  EXPECT_TRUE(verdict_.is_refused);
  EXPECT_THAT(receive(message({with_samples({{2, kNow - 1}})})),
              ElementsAre("timestamps_ascend_over_requests"));
  EXPECT_THAT(receive(message({with_samples({{2, kNow + 1}})})), IsEmpty());
  EXPECT_TRUE(verdict_.is_whole);
}

TEST_F(CheckerTest, ForgetsWhatWasNotStored) {
  EXPECT_THAT(receive(message({with_samples({{1, kNow}})}), false), IsEmpty());
  EXPECT_THAT(receive(message({with_samples({{1, kNow - 1}})})), IsEmpty());
}

TEST_F(CheckerTest, ComparesThePartsOfASeriesThatIsThereTwice) {
  const auto broken = receive(message({with_samples({{1, kNow}}), with_samples({{1, kNow - 1}})}));
  EXPECT_THAT(broken, ElementsAre("timestamps_ascend_over_requests"));
  EXPECT_THAT(verdict_.effects, ElementsAre(Effect::kStored, Effect::kRefused));
}

TEST_F(CheckerTest, LooksAtNothingElseWhereReferencesAreWrong) {
  ReceivedSeries series;
  series.reference_outside = 5;
  WriteMessage wrong = message({series, with_samples({{1, kNow}})});
  wrong.version = WriteVersion::kV2;
  wrong.symbols = {""};
  EXPECT_THAT(receive(wrong), ElementsAre("references_in_range", "metadata_type"));
  EXPECT_THAT(verdict_.effects, ElementsAre(Effect::kRefused, Effect::kStored));
}

TEST_F(CheckerTest, ComparesNoMoreSeriesThanItsBound) {
  const auto series = [](const char* job, std::int64_t timestamp) {
    ReceivedSeries series = with_labels({{"__name__", "up"}, {"job", job}});
    series.samples = {{1, timestamp}};
    return series;
  };
  const auto all = [&](std::int64_t timestamp) {
    return message({series("a", timestamp), series("b", timestamp), series("c", timestamp)});
  };
  EXPECT_THAT(receive(all(kNow)), IsEmpty());
  receive(all(kNow - 1));
  EXPECT_THAT(verdict_.effects, ElementsAre(Effect::kRefused, Effect::kRefused, Effect::kStored));
}

TEST_F(CheckerTest, FindsAtTheEndWhatNeverArrived) {
  ReceivedSeries series = with_labels({{"__name__", "io_bucket"}, {"le", "1"}});
  series.samples = {{1, kNow}};
  EXPECT_THAT(receive(message({series})), IsEmpty());
  Findings findings;
  checker_.finish(findings);
  ASSERT_EQ(findings.all().size(), 1u);
  EXPECT_EQ(findings.all()[0].rule->name, "classic_infinite_bucket");
}

}  // namespace
}  // namespace bpfpush::conformance
