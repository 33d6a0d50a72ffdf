#include "receiver/rule_cases.hpp"

namespace bpfpush::conformance {
namespace {

WriteMessage message(WriteVersion version, WireFacts wire, std::vector<std::string_view> symbols) {
  WriteMessage message;
  message.version = version;
  message.wire = wire;
  message.symbols = std::move(symbols);
  message.series.emplace_back();
  return message;
}

TEST(BodyRules, EachIsBrokenByWhatBreaksItAlone) {
  const std::string text = "it is gzip";
  expect_rules<BodySubject>(body_rules(), {{"snappy_block", {.no_snappy = &text}, {}},
                                           {"protobuf_message", {.no_message = &text}, {}},
                                           {"strings_utf8", {.no_utf8 = &text}, {}}});
}

TEST(MessageRules, EachIsBrokenByWhatBreaksItAlone) {
  constexpr auto kV1 = WriteVersion::kV1;
  constexpr auto kV2 = WriteVersion::kV2;
  const WireFacts right = {.has_v2_fields = true};
  const WriteMessage good = message(kV2, right, {"", "a", "b"});
  const WriteMessage empty;
  expect_rules<WriteMessage>(
      message_rules(),
      {{"message_schema", message(kV1, {.has_v2_fields = true}, {}),
        message(kV1, {.has_v1_fields = true}, {}), kV1},
       {"message_schema", message(kV2, {.has_v1_fields = true}, {""}), good},
       {"symbols_before_series",
        message(kV2, {.has_v2_fields = true, .symbols_after_series = true}, {""}), good},
       {"symbols_first_empty", message(kV2, right, {"a", ""}), good},
       {"symbols_first_empty", message(kV2, right, {}), empty},
       {"symbols_unique", message(kV2, right, {"", "a", "b", "a"}), good}});
  EXPECT_THAT(broken_rules(message_rules(), kV2, good), testing::IsEmpty());
}

TEST(ReferenceRules, EachIsBrokenByWhatBreaksItAlone) {
  ReceivedSeries outside;
  outside.reference_outside = 9;
  ReceivedSeries odd;
  odd.label_references = 3;
  ReceivedSeries even;
  even.label_references = 4;
  expect_series_rules(reference_rules(),
                      {{"references_in_range", outside, even}, {"references_even", odd, even}});
}

TEST(AllRules, HaveANameOfTheirOwnALevelAndASource) {
  std::vector<std::string_view> names;
  for (const Rule* rule : all_rules()) {
    SCOPED_TRACE(rule->name);
    EXPECT_TRUE(rule->v1 != Level::kNone || rule->v2 != Level::kNone);
    EXPECT_FALSE(rule->source.empty());
    EXPECT_FALSE(rule->says.empty());
    names.push_back(rule->name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(Findings, CountEachRuleOnceWithItsFirstPlace) {
  const std::string text = "no";
  const BodySubject subject{.no_snappy = &text};
  Findings findings;
  for (const char* where : {"first", "second"}) {
    EXPECT_EQ(findings.run(body_rules(), WriteVersion::kV1, subject, [&] { return where; }),
              Effect::kRefused);
  }
  ASSERT_EQ(findings.all().size(), 1u);
  EXPECT_EQ(findings.all()[0].where, "first");
  EXPECT_EQ(findings.all()[0].count, 2u);
  findings.ignore({"other"});
  EXPECT_EQ(findings.all().size(), 1u);
  findings.ignore({"snappy_block"});
  EXPECT_TRUE(findings.all().empty());
}

}  // namespace
}  // namespace bpfpush::conformance
