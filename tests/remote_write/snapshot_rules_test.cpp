// What rules make of snapshots: names, labels and limits, and what is not sent at all.
#include "remote_write/snapshot_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remote_write/snapshots.hpp"

namespace bpfpush {
namespace {

using testing::append;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::make_series;
using testing::make_snapshot;
using testing::share;
using ::testing::UnorderedElementsAre;

SeriesRules rules_of(const std::vector<RelabelRule>& rules) {
  SeriesRules all;
  all.relabeling = Relabeling::create(rules).value();
  return all;
}

// The series of a snapshot: "name{label="value"} row".
std::vector<std::string> shown(const Snapshot& snapshot) {
  std::vector<std::string> lines;
  for (const FamilySnapshot& one : snapshot.families) {
    for (std::size_t i = 0; i < one.series.size(); ++i) {
      std::string line = one.family->name + "{";
      for (std::size_t l = 0; l < one.family->label_names.size(); ++l) {
        const std::string& value = one.series[i]->label_values.at(l);
        if (!value.empty()) line += one.family->label_names[l] + "=" + value + ",";
      }
      line += "}";
      for (const std::uint64_t value : one.row(i)) line += " " + std::to_string(value);
      lines.push_back(line);
    }
  }
  return lines;
}

std::uint64_t unsent(const SnapshotRules& rules, Unsent reason) {
  return rules.state().unsent[static_cast<std::size_t>(reason)];
}

// A histogram of two finite buckets by device, and a counter.
class SnapshotRulesTest : public ::testing::Test {
 protected:
  const std::shared_ptr<const Family> histogram_ =
      share({.name = "x", .type = MetricType::kHistogram, .label_names = {"d"}, .bounds = {1, 2}});
  const std::shared_ptr<const Family> counter_ = share({.name = "n_total", .label_names = {"d"}});
  const std::shared_ptr<const Series> a_ = make_series({"a"});
  const std::shared_ptr<const Series> b_ = make_series({"b"});

  Snapshot snapshot() const {
    FamilySnapshot histogram{histogram_, {}, {}};
    append(histogram, a_, {10, 1, 2, 3});
    append(histogram, b_, {20, 4, 5, 6});
    FamilySnapshot counter{counter_, {}, {}};
    append(counter, a_, {7});
    return make_snapshot({std::move(histogram), std::move(counter)});
  }
};

TEST_F(SnapshotRulesTest, LeaveASnapshotAloneWithoutRules) {
  SnapshotRules rules{SeriesRules()};
  const Snapshot snapshot = this->snapshot();
  EXPECT_EQ(&rules.apply(snapshot), &snapshot);
}

TEST_F(SnapshotRulesTest, RenameAHistogramAsAWhole) {
  SnapshotRules rules(rules_of({{.source_labels = {"__name__"},
                                 .regex = "x(_.*)",
                                 .target_label = "__name__",
                                 .replacement = "y$1"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)),
              ElementsAre("n_total{d=a,} 7", "y{d=a,} 10 1 2 3", "y{d=b,} 20 4 5 6"));
}

TEST_F(SnapshotRulesTest, AddExternalLabelsBeforeTheRules) {
  SeriesRules all = rules_of(
      {{.source_labels = {"site"}, .target_label = "s"}, {.regex = "site", .action = "labeldrop"}});
  all.external_labels = {{"site", "berlin"}, {"d", "loses"}};
  SnapshotRules rules(std::move(all));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)),
              ElementsAre("n_total{d=a,s=berlin,} 7", "x{d=a,s=berlin,} 10 1 2 3",
                          "x{d=b,s=berlin,} 20 4 5 6"));
}

TEST_F(SnapshotRulesTest, DropWholeLabelSetsAndCountTheirSeries) {
  SnapshotRules rules(rules_of({{.source_labels = {"d"}, .regex = "b", .action = "drop"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)), ElementsAre("n_total{d=a,} 7", "x{d=a,} 10 1 2 3"));
  EXPECT_EQ(unsent(rules, Unsent::kRule), 5u);  // three buckets, sum and count
}

TEST_F(SnapshotRulesTest, TakeAHistogramApartWhereItsBucketsFareDifferently) {
  SnapshotRules rules(rules_of({{.source_labels = {"le"}, .regex = "1|\\+Inf", .action = "drop"},
                                {.source_labels = {"d"}, .regex = "b", .action = "drop"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)),
              UnorderedElementsAre("n_total{d=a,} 7", "x_bucket{d=a,le=2,} 3", "x_sum{d=a,} 10",
                                   "x_count{d=a,} 6"));
  EXPECT_EQ(unsent(rules, Unsent::kRule), 7u);
}

TEST_F(SnapshotRulesTest, TakeAHistogramApartByTheNamesOfItsSeries) {
  SnapshotRules rules(
      rules_of({{.source_labels = {"__name__"}, .regex = ".*_bucket", .action = "drop"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)),
              UnorderedElementsAre("n_total{d=a,} 7", "x_sum{d=a,} 10", "x_sum{d=b,} 20",
                                   "x_count{d=a,} 6", "x_count{d=b,} 15"));
}

TEST_F(SnapshotRulesTest, SeeTheFamilysNameOfANativeHistogram) {
  SeriesRules all = rules_of({{.source_labels = {"__name__"}, .regex = "x_.*", .action = "drop"},
                              {.source_labels = {"__name__"},
                               .regex = "x",
                               .target_label = "seen",
                               .replacement = "yes"}});
  SnapshotRules rules(std::move(all));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)), ElementsAre("n_total{d=a,} 7"));
  rules.set_classic(false);
  EXPECT_THAT(
      shown(rules.apply(snapshot)),
      ElementsAre("n_total{d=a,} 7", "x{d=a,seen=yes,} 10 1 2 3", "x{d=b,seen=yes,} 20 4 5 6"));
}

// Which of them is sent stays the same from push to push, and the other follows once it is gone.
TEST_F(SnapshotRulesTest, SendOneOfTheSeriesThatBecomeOne) {
  SnapshotRules rules(rules_of({{.regex = "d", .action = "labeldrop"}}));
  const Snapshot both = snapshot();
  for (int push = 0; push < 3; ++push) {
    EXPECT_THAT(shown(rules.apply(both)), ElementsAre("n_total{} 7", "x{} 10 1 2 3"));
    EXPECT_EQ(unsent(rules, Unsent::kDuplicate), 5u);
  }
  FamilySnapshot rest{histogram_, {}, {}};
  append(rest, b_, {20, 4, 5, 6});
  const Snapshot one = make_snapshot({std::move(rest)});
  EXPECT_THAT(shown(rules.apply(one)), IsEmpty());
  EXPECT_THAT(shown(rules.apply(one)), ElementsAre("x{} 20 4 5 6"));
  EXPECT_EQ(unsent(rules, Unsent::kDuplicate), 0u);
}

TEST_F(SnapshotRulesTest, SendNoBucketsThatBecomeOne) {
  SnapshotRules rules(rules_of({{.regex = "le", .action = "labeldrop"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)),
              UnorderedElementsAre("n_total{d=a,} 7", "x_bucket{d=a,} 1", "x_bucket{d=b,} 4",
                                   "x_sum{d=a,} 10", "x_sum{d=b,} 20", "x_count{d=a,} 6",
                                   "x_count{d=b,} 15"));
  EXPECT_EQ(unsent(rules, Unsent::kDuplicate), 4u);
}

TEST_F(SnapshotRulesTest, SendNothingUnderTheNameOfWhatIsOtherwise) {
  SnapshotRules rules(rules_of({{.target_label = "__name__", .replacement = "same"}}));
  const Snapshot snapshot = this->snapshot();
  (void)rules.apply(snapshot);
  EXPECT_GT(unsent(rules, Unsent::kConflict) + unsent(rules, Unsent::kDuplicate), 0u);
  for (const FamilySnapshot& one : rules.apply(snapshot).families) {
    EXPECT_EQ(one.family->name, "same");
  }
  EXPECT_EQ(rules.apply(snapshot).families.size(), 1u);
}

TEST_F(SnapshotRulesTest, SendNoNamesThatReceiversDropWithoutAWord) {
  SnapshotRules no_name(rules_of({{.regex = "__name__", .action = "labeldrop"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(no_name.apply(snapshot)), IsEmpty());
  EXPECT_EQ(unsent(no_name, Unsent::kInvalidName), 11u);
  SnapshotRules bad_label(rules_of({{.regex = "d", .replacement = "a-b", .action = "labelmap"}}));
  EXPECT_THAT(shown(bad_label.apply(snapshot)), IsEmpty());
}

TEST_F(SnapshotRulesTest, KeepTheirObjectsFromPushToPush) {
  SnapshotRules rules(rules_of({{.target_label = "site", .replacement = "berlin"}}));
  const Snapshot first = snapshot();
  const Snapshot view = rules.apply(first);
  const Snapshot second = snapshot();
  const Snapshot& next = rules.apply(second);
  ASSERT_EQ(view.families.size(), next.families.size());
  for (std::size_t i = 0; i < view.families.size(); ++i) {
    EXPECT_EQ(view.families[i].family, next.families[i].family);
    EXPECT_EQ(view.families[i].series, next.families[i].series);
  }
}

TEST_F(SnapshotRulesTest, LayOutAFamilyAnewForALabelThatOthersLack) {
  SnapshotRules rules(rules_of(
      {{.source_labels = {"d"}, .regex = "b", .target_label = "extra", .replacement = "yes"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)),
              ElementsAre("n_total{d=a,} 7", "x{d=a,} 10 1 2 3", "x{d=b,extra=yes,} 20 4 5 6"));
}

TEST_F(SnapshotRulesTest, KeepAFamilyWhoseSeriesAreGoneSoThatTheyEnd) {
  SnapshotRules rules(rules_of({{.target_label = "site", .replacement = "berlin"}}));
  const Snapshot snapshot = this->snapshot();
  EXPECT_EQ(rules.apply(snapshot).families.size(), 2u);
  const Snapshot none = make_snapshot({FamilySnapshot{histogram_, {}, {}}});
  const Snapshot& view = rules.apply(none);
  ASSERT_EQ(view.families.size(), 1u);  // of the counter's nothing is known
  EXPECT_EQ(view.families[0].family->name, "x");
  EXPECT_TRUE(view.families[0].series.empty());
}

TEST_F(SnapshotRulesTest, CutValuesThatAreTooLongBetweenTwoCharacters) {
  SeriesRules all;
  all.limits.value_bytes_max = 4;
  SnapshotRules rules(std::move(all));
  FamilySnapshot counter{counter_, {}, {}};
  append(counter, make_series({"abcd"}), {1});
  append(counter, make_series({"abc\xc3\xbc"}), {2});
  append(counter, make_series({"abcdef"}), {3});  // as the first is, then
  const Snapshot snapshot = make_snapshot({std::move(counter)});
  EXPECT_THAT(shown(rules.apply(snapshot)), ElementsAre("n_total{d=abcd,} 1", "n_total{d=abc,} 2"));
  EXPECT_EQ(rules.state().cut_values, 2u);
  EXPECT_EQ(unsent(rules, Unsent::kDuplicate), 1u);
}

TEST_F(SnapshotRulesTest, SendNoSeriesOfTooManyLabels) {
  SeriesRules all = rules_of({{.target_label = "site", .replacement = "berlin"}});
  all.limits.labels_max = 3;  // a histogram's have `le`, too
  SnapshotRules rules(std::move(all));
  const Snapshot snapshot = this->snapshot();
  EXPECT_THAT(shown(rules.apply(snapshot)), ElementsAre("n_total{d=a,site=berlin,} 7"));
  EXPECT_EQ(unsent(rules, Unsent::kTooManyLabels), 10u);
}

}  // namespace
}  // namespace bpfpush
