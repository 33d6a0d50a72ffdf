#include "receiver/classic_series.hpp"

#include <limits>

#include "receiver/classic_histogram.hpp"
#include "receiver/rule_cases.hpp"

namespace bpfpush::conformance {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ClassicInstant instant(const std::vector<CumulativeBucket>& buckets,
                       std::optional<double> count = {}) {
  ClassicInstant instant;
  for (const CumulativeBucket& bucket : buckets) instant.buckets[bucket.upper] = bucket.count;
  instant.count = count;
  return instant;
}

TEST(ClassicRules, EachIsBrokenByWhatBreaksItAlone) {
  const ClassicInstant good = instant({{1, 2}, {2, 2}, {kInfinity, 3}}, 3);
  const ClassicInstant unfinished = instant({{1, 2}}, 3);
  std::vector<RuleCase<ClassicInstant>> cases;
  cases.push_back({"classic_cumulative", instant({{1, 2}, {2, 1}}), good});
  cases.push_back({"classic_cumulative", instant({{1, -1}}), good});
  cases.push_back({"classic_count", instant({{1, 2}, {kInfinity, 3}}, 4), good});
  cases.push_back({"classic_count", instant({{kInfinity, 3}}, 2), unfinished});
  expect_rules(classic_rules(), cases);
  expect_rules<ClassicPast>(classic_past_rules(), {{"classic_infinite_bucket", {false}, {true}}});
}

class ClassicSeriesTest : public ::testing::Test {
 protected:
  void bucket(const char* le, double count, std::int64_t timestamp = kNow) {
    ReceivedSeries series = with_labels({{"__name__", "io_bucket"}, {"le", le}, {"z", "1"}});
    series.samples = {{count, timestamp}};
    series_.add_buckets(series);
  }
  void count(double count, std::int64_t timestamp = kNow) {
    ReceivedSeries series = with_labels({{"__name__", "io_count"}, {"z", "1"}});
    series.samples = {{count, timestamp}};
    series_.add_count(series);
  }
  std::vector<std::string> check() {
    Findings findings;
    series_.check(WriteVersion::kV1, findings);
    return names(findings);
  }
  std::vector<std::string> finish() {
    Findings findings;
    series_.finish(WriteVersion::kV1, findings);
    return names(findings);
  }

  ClassicSeries series_{1};

 private:
  static std::vector<std::string> names(const Findings& findings) {
    std::vector<std::string> names;
    for (const Finding& finding : findings.all()) {
      EXPECT_EQ(finding.where, "histogram io{z=\"1\"}");
      names.emplace_back(finding.rule->name);
    }
    return names;
  }
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(ClassicSeriesTest, AreJudgedTogetherWhicheverRequestBroughtThem) {
  bucket("1", 2);
  bucket("+Inf", 3);
  EXPECT_THAT(check(), IsEmpty());
  bucket("2", 1);
  EXPECT_THAT(check(), ElementsAre("classic_cumulative"));
  bucket("2", 2);
  count(4);
  EXPECT_THAT(check(), ElementsAre("classic_count"));
  EXPECT_THAT(finish(), IsEmpty());
}

TEST_F(ClassicSeriesTest, AreJudgedAtEachInstantByThemselves) {
  bucket("1", 5, kNow + 1);
  bucket("+Inf", 6, kNow + 1);
  bucket("1", 2);
  bucket("+Inf", 2);
  count(6, kNow + 1);
  count(2);
  EXPECT_THAT(check(), IsEmpty());
  bucket("+Inf", 1, kNow + 2);  // counting began anew
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(ClassicSeriesTest, MayLackTheLastBucketUntilItHadTimeToArrive) {
  bucket("1", 2);
  EXPECT_THAT(check(), IsEmpty());
  bucket("1", 2, kNow + 59'999);
  EXPECT_THAT(check(), IsEmpty());
  bucket("1", 2, kNow + 60'000);
  EXPECT_THAT(check(), ElementsAre("classic_infinite_bucket"));
  EXPECT_THAT(finish(), IsEmpty());
}

TEST_F(ClassicSeriesTest, AreMissingTheLastBucketIfNoMoreWillCome) {
  bucket("1", 2);
  EXPECT_THAT(check(), IsEmpty());
  EXPECT_THAT(finish(), ElementsAre("classic_infinite_bucket"));
}

TEST_F(ClassicSeriesTest, LeaveOutWhatIsNoHistogramAndStaleMarkers) {
  count(1);
  bucket("much", 1);
  bucket("1", 3);
  bucket("+Inf", std::numeric_limits<double>::quiet_NaN());
  bucket("+Inf", 3, kNow + 1);
  EXPECT_THAT(check(), IsEmpty());
  ReceivedSeries beyond = with_labels({{"__name__", "other_bucket"}, {"le", "1"}});
  beyond.samples = {{1, kNow}};
  series_.add_buckets(beyond);
  EXPECT_THAT(check(), IsEmpty());
  EXPECT_THAT(finish(), IsEmpty());
}

}  // namespace
}  // namespace bpfpush::conformance
