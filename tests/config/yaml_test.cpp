#include "config/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "config/config.hpp"
#include "config/test_environment.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string fault_of(const std::string& yaml) {
  const auto parsed = parse_yaml(yaml, "f.yaml");
  return parsed ? "none" : parsed.error().message();
}

TEST(ParseYaml, KeepsTheLinesOfKeysAndValues) {
  const auto parsed = parse_yaml("# comment\na: 1\nb:\n  - x\n  - y\nc:\n", "f.yaml");
  ASSERT_TRUE(parsed);
  const YamlNode& root = **parsed;
  ASSERT_EQ(root.entries.size(), 3u);
  EXPECT_EQ(root.entries[0].value->line, 2);
  ASSERT_EQ(root.entries[1].value->items.size(), 2u);
  EXPECT_EQ(root.entries[1].value->items[1]->line, 5);
  EXPECT_EQ(root.entries[1].value->items[1]->text, "y");
  EXPECT_EQ(root.entries[2].value->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(root.entries[2].value->line, 6);
}

TEST(ParseYaml, TellsNothingFromAnEmptyText) {
  for (const char* nothing : {"k:", "k: ~", "k: null"}) {
    SCOPED_TRACE(nothing);
    const auto parsed = parse_yaml(nothing, "f.yaml");
    ASSERT_TRUE(parsed);
    EXPECT_EQ((*parsed)->entries.at(0).value->kind, YamlNode::Kind::kNull);
  }
  for (const char* text : {"k: ''", "k: \"\"", "k: '~'", "k: \"null\""}) {
    SCOPED_TRACE(text);
    const auto parsed = parse_yaml(text, "f.yaml");
    ASSERT_TRUE(parsed);
    EXPECT_EQ((*parsed)->entries.at(0).value->kind, YamlNode::Kind::kScalar);
  }
}

TEST(ParseYaml, SharesWhatAnAliasNames) {
  const auto parsed = parse_yaml("a: &one {x: 1}\nb: *one\n", "f.yaml");
  ASSERT_TRUE(parsed);
  EXPECT_EQ((*parsed)->entries.at(0).value, (*parsed)->entries.at(1).value);
}

TEST(ParseYaml, TakesAnEmptyDocumentForNothing) {
  for (const char* yaml : {"", "\n", "# nothing but a comment\n", "---\n", "---\n...\n"}) {
    SCOPED_TRACE(yaml);
    const auto parsed = parse_yaml(yaml, "f.yaml");
    ASSERT_TRUE(parsed);
    EXPECT_EQ((*parsed)->kind, YamlNode::Kind::kNull);
  }
}

TEST(ParseYaml, NamesTheLineOfWhatIsNoYaml) {
  EXPECT_THAT(fault_of("a: 1\nb: [1, 2\n"), StartsWith("f.yaml:3: not YAML: "));
  EXPECT_THAT(fault_of("a: 1\n b: 2\n"), StartsWith("f.yaml:2: not YAML: "));
  EXPECT_THAT(fault_of("a: *nobody\n"), StartsWith("f.yaml:1: not YAML: "));
  EXPECT_THAT(fault_of("a: 1\n? [x]\n: 2\n"), StartsWith("f.yaml:2: not YAML: a key must be"));
}

TEST(ParseYaml, RefusesASecondDocument) {
  EXPECT_THAT(fault_of("a: 1\n---\nb: 2\n"), StartsWith("f.yaml:3: a second document"));
}

TEST(ParseYaml, RefusesAnAliasInsideItself) {
  EXPECT_THAT(fault_of("a: &a [*a]\n"), HasSubstr("inside itself"));
}

TEST(ParseYaml, RefusesWhatIsTooLarge) {
  EXPECT_EQ(fault_of("#" + std::string(kYamlBytesMax - 1, 'x')), "none");
  EXPECT_THAT(fault_of("#" + std::string(kYamlBytesMax, 'x')), HasSubstr("larger than 1 MiB"));
}

TEST(ParseYaml, RefusesWhatIsNestedTooDeeply) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(fault_of(nested(kYamlDepthMax)), "none");
  EXPECT_THAT(fault_of(nested(kYamlDepthMax + 1)), HasSubstr("nested deeper than 32"));
  EXPECT_THAT(fault_of(nested(500'000)), HasSubstr("not YAML"));
  EXPECT_THAT(fault_of(std::string(kYamlBytesMax, '{')), HasSubstr("not YAML"));
  std::string indented;
  for (int depth = 0; depth < 1'000; ++depth) indented += std::string(depth, ' ') + "a:\n";
  EXPECT_THAT(fault_of(indented), HasSubstr("nested deeper than 32"));
}

TEST(ParseYaml, KeepsAnAliasedTreeAsSmallAsItIsWritten) {
  std::string yaml = "a0: &a0 [x, x]\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string name = "a" + std::to_string(i);
    const std::string alias = "*a" + std::to_string(i - 1);
    yaml += name + ": &" + name + " [" + alias + ", " + alias + "]\n";
  }
  EXPECT_EQ(fault_of(yaml), "none");
}

// Any damage yields a configuration or faults, never a crash; sanitizers see the rest.
TEST(ParseConfig, SurvivesDamagedFiles) {
  const std::string whole =
      "global: {push_interval: 15s, external_labels: &l {a: \"${HOSTNAME}\"}}\n"
      "programs:\n  - bio\n  - name: bio\n    as: x\n    histograms: {m: {buckets: {type: exp2, "
      "max: 3}}}\nremote_write:\n  - url: 'http://h/x'\n    headers: *l\nlog: {level: info}\n";
  ASSERT_TRUE(parse_config(whole, "f.yaml", environment_of()));
  const std::string noise = "[]{}:,#&*!|>'\"%@`?-$ \n\t~\\\x01\x80\xff";
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::string yaml = whole;
    for (int edits = 1 + static_cast<int>(random() % 4); edits > 0; --edits) {
      const std::size_t at = random() % yaml.size();
      if (random() % 2 == 0) yaml.insert(at, 1, noise[random() % noise.size()]);
      if (random() % 3 == 0) yaml.erase(at, 1 + random() % 8);
    }
    refused += parse_config(yaml, "f.yaml", environment_of()) ? 0 : 1;
  }
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace bpfpush
