// Relabelling rules as the configuration has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "config/test_environment.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Result<Config> parsed(const std::string& rule) {
  return parse_config(
      "remote_write:\n  - url: http://h/\n    write_relabel_configs:\n      - " + rule, "f.yaml",
      environment_of({{"SITE", "berlin"}}));
}

TEST(RelabelConfig, HasTheDefaultsOfPrometheus) {
  const auto config = parsed("{target_label: a, replacement: b}");
  ASSERT_TRUE(config) << config.error().message();
  const RelabelConfig want{{}, ";", "(.*)", 0, "a", "b", "replace"};
  EXPECT_EQ(config->remote_write.at(0).write_relabel.at(0), want);
}

TEST(RelabelConfig, ReadsEveryKeyAndNoVariables) {
  const auto config =
      parsed(R"({source_labels: [__name__, le], separator: "$$", regex: "(a)${SITE}$",
         target_label: "x_${1}", replacement: "$1$${SITE}", action: Replace}
      - {source_labels: [a], modulus: 16, target_label: shard, action: hashmod})");
  ASSERT_TRUE(config) << config.error().message();
  const auto& rules = config->remote_write.at(0).write_relabel;
  ASSERT_EQ(rules.size(), 2u);
  const RelabelConfig first{{"__name__", "le"}, "$$",         "(a)${SITE}$", 0,
                            "x_${1}",           "$1$${SITE}", "replace"};
  EXPECT_EQ(rules[0], first);
  EXPECT_EQ(rules[1].modulus, 16u);
}

TEST(RelabelConfig, FaultsNameLineKeyAndRemedy) {
  struct Case {
    const char* rule;
    const char* place;
    const char* words;
  };
  const Case cases[] = {
      {"{regex: '('}", ".regex: does not compile", "missing )"},
      {"{regex: a, action: rename}", ".action: \"rename\" is none of replace", "labelkeep"},
      {"{source_labels: [a]}", ": needs a target_label", "replace"},
      {"{source_labels: [a-b], action: drop}", ".source_labels[0]: \"a-b\"", "label name"},
      {"{source_labels: a, action: drop}", ".source_labels: must be a list", ""},
      {"{target_label: a-b}", ".target_label: \"a-b\" is no label name", ""},
      {"{target_label: a-$1}", ".target_label: \"a-$1\" is no label name", ""},
      {"{target_label: $1, action: lowercase}", ".target_label: \"$1\" is no label name", ""},
      {"{target_label: h, action: hashmod}", ": needs a modulus", "1"},
      {"{target_label: h, modulus: 0, action: hashmod}", ".modulus: 0 is out of range", ""},
      {"{regex: a, replacement: a-b, action: labelmap}", ".replacement: \"a-b\"", "label name"},
      {"{regex: a, target_label: b, action: labeldrop}", ".target_label: has no use", "labeldrop"},
      {"{source_labels: [a], target_label: b, regex: c, action: keepequal}", ".regex: has no use",
       "keepequal"},
      {"{sources: [a]}", ".sources: unknown key", "source_labels"},
      {"drop", ": must be a mapping", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rule);
    const auto config = parsed(c.rule);
    ASSERT_FALSE(config);
    const std::string faults = config.error().message();
    EXPECT_THAT(faults, StartsWith("f.yaml:4: remote_write[0].write_relabel_configs[0]" +
                                   std::string(c.place)));
    EXPECT_THAT(faults, HasSubstr(c.words));
  }
}

TEST(EndpointLimits, AreThoseOfReceiversUnlessGiven) {
  const auto endpoint_of = [](const std::string& lines) {
    return parse_config("remote_write:\n  - url: http://h/\n    " + lines, "f.yaml",
                        environment_of())
        .value()
        .remote_write.at(0);
  };
  const RemoteWriteConfig defaults = endpoint_of("name: n");
  EXPECT_EQ(defaults.label_limit, 30u);
  EXPECT_EQ(defaults.label_value_length_limit, 2048u);
  EXPECT_EQ(defaults.queue.max_bytes_per_day, 0u);
  const RemoteWriteConfig given = endpoint_of(
      "label_limit: 0\n    label_value_length_limit: 1KiB\n"
      "    queue_config: {max_bytes_per_day: 5MB}");
  EXPECT_EQ(given.label_limit, 0u);
  EXPECT_EQ(given.label_value_length_limit, 1024u);
  EXPECT_EQ(given.queue.max_bytes_per_day, 5'000'000u);
}

}  // namespace
}  // namespace bpfpush
