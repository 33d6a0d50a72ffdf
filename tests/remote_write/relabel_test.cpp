// Rules and what they make of labels, as Prometheus's documentation and its own cases have it.
#include "remote_write/relabel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace bpfpush {
namespace {

using testing::HasSubstr;

// The labels after the rules; nothing if the series is dropped.
std::optional<LabelMap> applied(const std::vector<RelabelRule>& rules, LabelMap labels) {
  const Relabeling relabeling = Relabeling::create(rules).value();
  if (!relabeling.apply(labels)) return std::nullopt;
  return labels;
}

const LabelMap kLabels = {{"__name__", "x_bucket"}, {"a", "foo"}, {"b", "bar"}, {"le", "0.1"}};

LabelMap with(LabelMap labels, const std::string& name, const std::string& value) {
  labels[name] = value;
  return labels;
}

LabelMap without(LabelMap labels, const std::string& name) {
  labels.erase(name);
  return labels;
}

struct Case {
  const char* name;
  RelabelRule rule;
  std::optional<LabelMap> want;
};

void expect(const std::vector<Case>& cases, const LabelMap& labels = kLabels) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(applied({c.rule}, labels), c.want);
  }
}

TEST(Relabeling, ReplacesWhatMatches) {
  expect({
      {"copies by default",
       {.source_labels = {"a"}, .target_label = "d"},
       with(kLabels, "d", "foo")},
      {"joins sources",
       {.source_labels = {"a", "b", "none"}, .target_label = "d"},
       with(kLabels, "d", "foo;bar;")},
      {"joins with the separator",
       {.source_labels = {"a", "b"}, .separator = "--", .target_label = "d"},
       with(kLabels, "d", "foo--bar")},
      {"no match, no change",
       {.source_labels = {"a"}, .regex = "f", .target_label = "a", .replacement = "x"},
       kLabels},
      {"matches all of an alternative",
       {.source_labels = {"a"}, .regex = "f|foo", .target_label = "a", .replacement = "x"},
       with(kLabels, "a", "x")},
      {"of groups",
       {.source_labels = {"a", "b"},
        .regex = "(.).*;(?P<last>.*)",
        .target_label = "d",
        .replacement = "${last}-$1_${1}"},
       with(kLabels, "d", "bar-f")},
      {"an empty result takes the label away",
       {.source_labels = {"a"}, .regex = "foo", .target_label = "b", .replacement = ""},
       without(kLabels, "b")},
      {"without sources it sets",
       {.target_label = "site", .replacement = "berlin"},
       with(kLabels, "site", "berlin")},
      {"the target may come of groups",
       {.source_labels = {"a"}, .regex = "(.*)", .target_label = "l_$1", .replacement = "v"},
       with(kLabels, "l_foo", "v")},
      {"a target that is no name changes nothing",
       {.source_labels = {"a"}, .regex = "(.*)", .target_label = "0$1", .replacement = "v"},
       kLabels},
      {"the name, too",
       {.source_labels = {"__name__"},
        .regex = "x_(.*)",
        .target_label = "__name__",
        .replacement = "y_$1"},
       with(kLabels, "__name__", "y_bucket")},
  });
}

TEST(Relabeling, DropsAndKeepsSeries) {
  expect({
      {"drops", {.source_labels = {"a"}, .regex = "f.*", .action = "drop"}, std::nullopt},
      {"does not drop others", {.source_labels = {"a"}, .regex = "f", .action = "drop"}, kLabels},
      {"keeps", {.source_labels = {"le"}, .regex = "0\\.1", .action = "keep"}, kLabels},
      {"does not keep others",
       {.source_labels = {"le"}, .regex = "1", .action = "keep"},
       std::nullopt},
      {"an absent label is empty",
       {.source_labels = {"none"}, .regex = "", .action = "drop"},
       std::nullopt},
      {"keepequal keeps equals",
       {.source_labels = {"a"}, .target_label = "c", .action = "keepequal"},
       std::nullopt},
      {"keepequal", {.source_labels = {"a"}, .target_label = "a", .action = "keepequal"}, kLabels},
      {"dropequal",
       {.source_labels = {"a"}, .target_label = "a", .action = "dropequal"},
       std::nullopt},
      {"dropequal of others",
       {.source_labels = {"a"}, .target_label = "b", .action = "dropequal"},
       kLabels},
      {"absent ones are equal",
       {.source_labels = {"none"}, .target_label = "none2", .action = "dropequal"},
       std::nullopt},
  });
}

TEST(Relabeling, ActsOnLabelNames) {
  expect({
      {"labeldrop", {.regex = "a|le", .action = "labeldrop"}, without(without(kLabels, "a"), "le")},
      {"labelkeep",
       {.regex = "__name__|a", .action = "labelkeep"},
       LabelMap{{"__name__", "x_bucket"}, {"a", "foo"}}},
      {"labelmap copies",
       {.regex = "(a)", .replacement = "host_$1", .action = "labelmap"},
       with(kLabels, "host_a", "foo")},
      {"labelmap does not map again",
       {.regex = "(.*a)", .replacement = "a$1", .action = "labelmap"},
       with(kLabels, "aa", "foo")},
      {"labelmap over another",
       {.regex = "a", .replacement = "b", .action = "labelmap"},
       with(kLabels, "b", "foo")},
  });
}

// md5("foo;bar") ends in 8 bytes that are 15973639978189266750.
TEST(Relabeling, HashesAsPrometheusDoes) {
  expect({
      {"hashmod",
       {.source_labels = {"a", "b"}, .modulus = 1000, .target_label = "h", .action = "hashmod"},
       with(kLabels, "h", "750")},
      {"hashmod of the greatest modulus",
       {.source_labels = {"a", "b"},
        .modulus = UINT64_MAX,
        .target_label = "h",
        .action = "hashmod"},
       with(kLabels, "h", "15973639978189266750")},
      {"hashmod of 1",
       {.source_labels = {"a"}, .modulus = 1, .target_label = "h", .action = "hashmod"},
       with(kLabels, "h", "0")},
  });
}

TEST(Relabeling, ChangesCase) {
  const LabelMap labels = {{"a",
                            "Gr\xc3\xbc\xc3\x9f"
                            "e"},
                           {"b", "\xff"}};
  expect(
      {
          {"lowercase",
           {.source_labels = {"a"}, .target_label = "a", .action = "lowercase"},
           with(labels, "a",
                "gr\xc3\xbc\xc3\x9f"
                "e")},
          {"uppercase",
           {.source_labels = {"a"}, .target_label = "c", .action = "uppercase"},
           with(labels, "c",
                "GR\xc3\x9c\xc3\x9f"
                "E")},
          {"nothing stays nothing",
           {.source_labels = {"none"}, .target_label = "a", .action = "lowercase"},
           without(labels, "a")},
      },
      labels);
}

TEST(Relabeling, AppliesRulesInTheirOrder) {
  const RelabelRule copy{.source_labels = {"a"}, .target_label = "c"};
  const RelabelRule remove{.regex = "a", .action = "labeldrop"};
  EXPECT_EQ(applied({copy, remove}, kLabels), without(with(kLabels, "c", "foo"), "a"));
  EXPECT_EQ(applied({remove, copy}, kLabels), without(kLabels, "a"));
  EXPECT_EQ(applied({}, kLabels), kLabels);
  EXPECT_TRUE(Relabeling().empty());
}

TEST(Relabeling, MatchesALineBreakAsPrometheus3Does) {
  const LabelMap labels = {{"a", "one\ntwo"}};
  EXPECT_EQ(applied({{.source_labels = {"a"}, .regex = "one.two", .action = "drop"}}, labels),
            std::nullopt);
}

TEST(Relabeling, SaysWhatIsWrongWithARule) {
  struct Fault {
    RelabelRule rule;
    const char* says;
  };
  const Fault faults[] = {
      {{.regex = "("}, "the regex does not compile"},
      {{.regex = "(?<!a)b"}, "the regex does not compile"},
      {{.action = "rename"}, "there is no action \"rename\""},
      {{.target_label = "h", .action = "hashmod"}, "needs a modulus"},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.says);
    const auto relabeling = Relabeling::create({{}, fault.rule});
    ASSERT_FALSE(relabeling);
    EXPECT_EQ(relabeling.error().code, make_error_code(Errc::kInvalidConfig));
    EXPECT_THAT(relabeling.error().message(), HasSubstr("write_relabel_configs[1]: "));
    EXPECT_THAT(relabeling.error().message(), HasSubstr(fault.says));
  }
}

TEST(ExpandGroups, IsGosExpand) {
  struct One {
    const char* pattern;
    const char* want;
  };
  const One cases[] = {
      {"$1", "<1>"},
      {"${1}", "<1>"},
      {"a$1b", "a<1b>"},
      {"a${1}b", "a<1>b"},
      {"$$", "$"},
      {"$$1", "$1"},
      {"$", "$"},
      {"$-", "$-"},
      {"${", "${"},
      {"${}", "${}"},
      {"${1", "${1"},
      {"${1-}", "${1-}"},
      {"$name_2", "<name_2>"},
      {"$1$2", "<1><2>"},
      {"\\1", "\\1"},
      {"", ""},
  };
  for (const One& c : cases) {
    EXPECT_EQ(expand_groups(c.pattern, [](const std::string& name) { return "<" + name + ">"; }),
              c.want)
        << c.pattern;
  }
}

}  // namespace
}  // namespace bpfpush
