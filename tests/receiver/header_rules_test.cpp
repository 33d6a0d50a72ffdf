#include "receiver/rule_cases.hpp"

namespace bpfpush::conformance {
namespace {

const RequestHead kGood = {"POST",   "/api/v1/write", kContentTypeOfV2,
                           "snappy", "sender/1",      "2.0.0"};

template <typename Value>
RequestHead with(std::optional<std::string_view> RequestHead::* member, Value value) {
  RequestHead head = kGood;
  head.*member = value;
  return head;
}

RequestHead of_v1(std::string_view content_type, std::optional<std::string_view> version) {
  return {"POST", "/api/v1/write", content_type, "snappy", "sender/1", version};
}

TEST(HeaderRules, EachIsBrokenByWhatBreaksItAlone) {
  const RequestHead no_encoding = with(&RequestHead::content_encoding, std::nullopt);
  const RequestHead gzip = with(&RequestHead::content_encoding, "gzip");
  const RequestHead no_type = with(&RequestHead::content_type, std::nullopt);
  const RequestHead blank = with(&RequestHead::content_type,
                                 "application/x-protobuf; proto=io.prometheus.write.v2.Request");
  const RequestHead capitals = of_v1("Application/X-Protobuf", "0.1.0");
  const RequestHead long_v1 = of_v1(kLongContentTypeOfV1, "0.1.0");
  const RequestHead no_version = with(&RequestHead::write_version, std::nullopt);
  const RequestHead old_version = of_v1(kContentTypeOfV1, "2.0.0");
  const RequestHead no_agent = with(&RequestHead::user_agent, std::nullopt);
  const RequestHead no_agent_version = with(&RequestHead::user_agent, "vmagent");
  const RequestHead empty_agent = with(&RequestHead::user_agent, " ");
  constexpr auto kV1 = WriteVersion::kV1;
  constexpr auto kV2 = WriteVersion::kV2;
  const HeadSubject good{kGood, kV2};
  expect_rules<HeadSubject>(header_rules(),
                            {{"content_encoding", {no_encoding, kV2}, good},
                             {"content_encoding", {gzip, kV2}, good},
                             {"content_type", {no_type, kV1}, good, kV1},
                             {"content_type_spelling", {blank, kV2}, good},
                             {"content_type_spelling", {capitals, kV1}, {long_v1, kV1}, kV1},
                             {"version_header", {no_version, kV2}, good},
                             {"version_header", {old_version, kV1}, {long_v1, kV1}, kV1},
                             {"user_agent", {no_agent, kV2}, good},
                             {"user_agent_version", {no_agent_version, kV2}, {empty_agent, kV2}},
                             {"user_agent", {empty_agent, kV2}, good}});
  EXPECT_THAT(broken_rules(header_rules(), kV2, good), testing::IsEmpty());
}

TEST(MeantVersion, LooksPastBlanksAndCase) {
  struct Case {
    const char* content_type;
    std::optional<WriteVersion> want;
  };
  const Case cases[] = {
      {"application/x-protobuf", WriteVersion::kV1},
      {"Application/X-Protobuf", WriteVersion::kV1},
      {"application/x-protobuf;", WriteVersion::kV1},
      {"application/x-protobuf;proto=prometheus.WriteRequest", WriteVersion::kV1},
      {"application/x-protobuf;charset=utf-8;proto=prometheus.WriteRequest", WriteVersion::kV1},
      {"application/x-protobuf;proto=io.prometheus.write.v2.Request", WriteVersion::kV2},
      {"application/x-protobuf; Proto = io.prometheus.write.v2.Request", WriteVersion::kV2},
      {"application/x-protobuf;proto=", std::nullopt},
      {"application/x-protobuf;proto=foo.Bar", std::nullopt},
      {"application/x-protobuf2", std::nullopt},
      {"application/json", std::nullopt},
      {"", std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.content_type);
    EXPECT_EQ(meant_version(c.content_type), c.want);
  }
}

}  // namespace
}  // namespace bpfpush::conformance
