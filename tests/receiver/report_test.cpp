#include "receiver/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace bpfpush {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const conformance::Rule kRule = {"labels_sorted", conformance::Level::kMust,
                                 conformance::Level::kMust, "RW", "Labels are sorted"};

ReceivedRequest request_with_finding() {
  ReceivedRequest request;
  request.number = 7;
  request.status = 204;
  request.version = WriteVersion::kV2;
  request.body_bytes = 90;
  request.series = 3;
  request.findings = {{&kRule, conformance::Level::kMust, "series up{a=\"\\\"\"}", "no", 2}};
  return request;
}

TEST(Report, ShowsARequestAndItsFindings) {
  EXPECT_EQ(to_text(request_with_finding()),
            "request 7: remote write 2.0, 90 bytes, 3 series stored, answered 204\n"
            "  MUST   labels_sorted: series up{a=\"\\\"\"}: no (2 times)\n");
  ReceivedRequest unread;
  unread.number = 1;
  unread.status = 404;
  unread.error = "nothing at /";
  EXPECT_EQ(to_text(unread),
            "request 1: unread, 0 bytes, 0 series stored, answered 404: "
            "nothing at /\n");
  unread.status = 0;
  EXPECT_THAT(to_text(unread), HasSubstr("no answer"));
}

TEST(Report, WritesOneJsonObjectForARequest) {
  const std::string line = to_json(request_with_finding());
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const boost::json::value value = boost::json::parse(line);
  EXPECT_EQ(value.at("request").to_number<int>(), 7);
  EXPECT_EQ(value.at("version").as_string(), "2.0");
  EXPECT_EQ(value.at("status").to_number<int>(), 204);
  EXPECT_FALSE(value.as_object().contains("error"));
  const auto& finding = value.at("findings").at(0);
  EXPECT_EQ(finding.at("rule").as_string(), "labels_sorted");
  EXPECT_EQ(finding.at("level").as_string(), "MUST");
  EXPECT_EQ(finding.at("where").as_string(), "series up{a=\"\\\"\"}");
  EXPECT_EQ(finding.at("count").to_number<int>(), 2);
  ReceivedRequest unread;
  unread.error = "no HTTP";
  EXPECT_TRUE(boost::json::parse(to_json(unread)).at("version").is_null());
  EXPECT_EQ(boost::json::parse(to_json(unread)).at("error").as_string(), "no HTTP");
}

TEST(Report, ListsEveryRule) {
  const std::string text = rules_text();
  for (const conformance::Rule* rule : conformance::all_rules()) {
    EXPECT_THAT(text, HasSubstr(std::string(rule->name)));
  }
}

TEST(Tally, AddsUpAndTellsGoodFromBad) {
  Tally good;
  ReceivedRequest request;
  request.status = 204;
  request.version = WriteVersion::kV1;
  good.add(request);
  EXPECT_FALSE(good.has_faults());
  EXPECT_EQ(good.to_text(), "requests: 1, stored: 1; nothing to report\n");

  Tally broken;
  broken.add(request_with_finding());
  broken.add(request_with_finding());
  EXPECT_TRUE(broken.has_faults());
  EXPECT_THAT(broken.to_text(), HasSubstr("MUST   labels_sorted, 4 times, first: series up"));
  const auto value = boost::json::parse(broken.to_json());
  EXPECT_EQ(value.at("requests").to_number<int>(), 2);
  EXPECT_EQ(value.at("broken").at(0).at("count").to_number<int>(), 4);

  Tally missing;
  missing.add_missing(request_with_finding().findings);
  EXPECT_TRUE(missing.has_faults());
}

TEST(Tally, CountsWhatWasNoRemoteWriteButNotWhatWasTooLarge) {
  ReceivedRequest unread;
  unread.status = 413;
  Tally tally;
  tally.add(unread);
  EXPECT_FALSE(tally.has_faults());
  unread.status = 404;
  tally.add(unread);
  EXPECT_TRUE(tally.has_faults());
  EXPECT_THAT(tally.to_text(), HasSubstr("no remote write: 1"));
  EXPECT_THAT(tally.to_text(), Not(HasSubstr("nothing to report")));
}

}  // namespace
}  // namespace bpfpush
