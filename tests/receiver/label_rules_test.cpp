#include "receiver/rule_cases.hpp"
#include "receiver/series_text.hpp"

namespace bpfpush::conformance {
namespace {

TEST(LabelRules, EachIsBrokenByWhatBreaksItAlone) {
  const ReceivedSeries good =
      with_labels({{"A", "1"}, {"__name__", "a:b_1"}, {"_x", "\xc3\xa4"}, {"b2", "2"}});
  const ReceivedSeries bucket = with_labels({{"__name__", "a_bucket"}, {"le", "+Inf"}});
  expect_series_rules(
      label_rules(),
      {{"metric_name_present", with_labels({}), good},
       {"metric_name_present", with_labels({{"job", "a"}}), good},
       {"metric_name", with_labels({{"__name__", "bad-name"}}), good},
       {"metric_name", with_labels({{"__name__", "1up"}}), good},
       {"metric_name", with_labels({{"__name__", ""}}), good},
       {"label_names", with_labels({{"__name__", "up"}, {"a:b", "1"}}), good},
       {"label_names", with_labels({{"0", "1"}, {"__name__", "up"}}), good},
       {"label_names_not_empty", with_labels({{"", "a"}, {"__name__", "up"}}), good},
       {"label_values_not_empty", with_labels({{"__name__", "up"}, {"job", ""}}), good},
       {"labels_not_reserved", with_labels({{"__name__", "up"}, {"__x", "a"}}), good},
       {"labels_sorted", with_labels({{"__name__", "up"}, {"b", "1"}, {"a", "2"}}), good},
       {"labels_sorted", with_labels({{"a", "1"}, {"__name__", "up"}}), good},
       {"labels_unique", with_labels({{"__name__", "up"}, {"a", "1"}, {"a", "2"}}), good},
       {"labels_unique", with_labels({{"a", "1"}, {"b", "1"}, {"a", "2"}}), good},
       {"classic_le", with_labels({{"__name__", "a_bucket"}, {"le", "much"}}), bucket},
       {"classic_le", with_labels({{"__name__", "a_bucket"}, {"le", "NaN"}}),
        with_labels({{"__name__", "a"}, {"le", "much"}})}});
  for (const auto version : {WriteVersion::kV1, WriteVersion::kV2}) {
    EXPECT_THAT(broken_rules(label_rules(), version, {good}), testing::IsEmpty());
    EXPECT_THAT(broken_rules(label_rules(), version, {bucket}), testing::IsEmpty());
  }
}

TEST(LabelRules, SayWhatIsWrongWhere) {
  Findings findings;
  const ReceivedSeries series =
      with_labels({{"__name__", "up"}, {"job", ""}, {"b", "1"}, {"a", "\x1b\""}});
  findings.run(label_rules(), WriteVersion::kV1, SeriesSubject{series},
               [&] { return series_key(series); });
  ASSERT_EQ(findings.all().size(), 2u);
  EXPECT_EQ(findings.all()[0].what, "\"job\" has an empty value: leave the label out");
  EXPECT_EQ(findings.all()[0].where, R"(up{a="\x1b\"", b="1", job=""})");
  EXPECT_EQ(findings.all()[1].what, "\"b\" stands after \"job\"");
  EXPECT_EQ(findings.all()[1].level, Level::kMust);
}

TEST(LabelRules, ForbidOtherNamesInVersionOneOnly) {
  const SeriesSubject subject{with_labels({{"__name__", "caf\xc3\xa9"}, {"a.b", "1"}})};
  Findings v1;
  v1.run(label_rules(), WriteVersion::kV1, subject, [] { return ""; });
  Findings v2;
  v2.run(label_rules(), WriteVersion::kV2, subject, [] { return ""; });
  ASSERT_EQ(v1.all().size(), 2u);
  ASSERT_EQ(v2.all().size(), 2u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(v1.all()[i].level, Level::kMust);
    EXPECT_EQ(v2.all()[i].level, Level::kShould);
  }
}

TEST(SeriesKey, IsTheSameInAnyOrderOfLabelsAndFitsAMessage) {
  const ReceivedSeries one = with_labels({{"__name__", "a_bucket"}, {"b", "1"}, {"le", "2"}});
  const ReceivedSeries other = with_labels({{"le", "2"}, {"b", "1"}, {"__name__", "a_bucket"}});
  EXPECT_EQ(series_key(one), series_key(other));
  EXPECT_EQ(series_key(one), R"(a_bucket{b="1", le="2"})");
  EXPECT_EQ(series_key(one, "le", "_bucket"), R"(a{b="1"})");
  EXPECT_NE(series_key(with_labels({{"a", "1\", b=\"2"}})),
            series_key(with_labels({{"a", "1"}, {"b", "2"}})));
  EXPECT_EQ(shorten("a{}"), "a{}");
  EXPECT_EQ(shorten(std::string(1000, 'a')), std::string(200, 'a') + "...");
}

}  // namespace
}  // namespace bpfpush::conformance
