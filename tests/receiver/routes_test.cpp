#include "receiver/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "receiver/requests.hpp"

namespace bpfpush {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr const char* kWrite = "/api/v1/write";

TEST(Refuse, GoesByPathThenMethodThenHeaders) {
  struct Case {
    const char* name;
    RequestHead head;
    unsigned want;  // 0: not refused
  };
  const Case cases[] = {
      {"a write as Prometheus sends it", {"POST", kWrite, "application/x-protobuf", "snappy"}, 0},
      {"a query is no part of the path", {"POST", "/api/v1/write?a=b", {}, "snappy"}, 0},
      {"no headers at all", {"POST", kWrite, {}, {}}, 0},
      {"metrics", {"GET", "/metrics", {}, {}}, 0},
      {"ready", {"GET", "/-/ready", {}, {}}, 0},
      {"unknown path", {"POST", "/api/v1/push", "application/x-protobuf", "snappy"}, 404},
      {"longer path", {"POST", "/api/v1/write/", "application/x-protobuf", "snappy"}, 404},
      {"no path", {"GET", "", {}, {}}, 404},
      {"GET of the write path", {"GET", kWrite, {}, {}}, 405},
      {"POST of metrics", {"POST", "/metrics", {}, {}}, 405},
      {"text", {"POST", kWrite, "text/plain", "snappy"}, 415},
      {"gzip", {"POST", kWrite, "application/x-protobuf", "gzip"}, 415},
      {"empty type", {"POST", kWrite, "", "snappy"}, 415},
      {"empty encoding", {"POST", kWrite, "application/x-protobuf", ""}, 415},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto refusal = refuse(c.head);
    EXPECT_EQ(refusal ? refusal->status : 0, c.want);
    EXPECT_TRUE(!refusal || !refusal->body.empty());
  }
}

TEST(Refuse, TakesBothVersionsUnlessToldToTakeOne) {
  const RequestHead v1 = {"POST", kWrite, kContentTypeOfV1, "snappy"};
  const RequestHead v2 = {"POST", kWrite, kContentTypeOfV2, "snappy"};
  EXPECT_FALSE(refuse(v1));
  EXPECT_FALSE(refuse(v2));
  EXPECT_FALSE(refuse(v1, WriteVersion::kV1));
  EXPECT_FALSE(refuse(v2, WriteVersion::kV2));
  EXPECT_EQ(refuse(v2, WriteVersion::kV1).value().status, 415u);
  EXPECT_EQ(refuse(v1, WriteVersion::kV2).value().status, 415u);
}

class RoutesTest : public ::testing::Test {
 protected:
  Reply write(const std::string& body) {
    return routes_->answer({"POST", kWrite, kContentTypeOfV1, "snappy", "test/1", "0.1.0"},
                           as_bytes(body));
  }
  Reply write_v2(const std::string& body) {
    return routes_->answer({"POST", kWrite, kContentTypeOfV2, "snappy", "test/1", "2.0.0"},
                           as_bytes(body));
  }
  void misbehave(Misbehaviour told) {
    RoutesOptions options{1 << 20, 100};
    options.misbehaviour = std::move(told);
    routes_.emplace(store_, on_request_, std::move(options));
  }
  std::vector<std::string> broken() const {
    std::vector<std::string> names;
    for (const auto& finding : seen_.back().findings) names.emplace_back(finding.rule->name);
    return names;
  }

  Store store_;
  std::vector<ReceivedRequest> seen_;
  OnRequest on_request_ = [this](const ReceivedRequest& request) { seen_.push_back(request); };
  std::optional<Routes> routes_{std::in_place, store_, on_request_, RoutesOptions{1 << 20, 100}};
};

TEST_F(RoutesTest, StoresAGoodRequestAndReportsIt) {
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "up"}}, 1, 1000);
  add_series(request, {{"__name__", "up"}, {"job", "a"}}, 2, 1000).add_samples();
  request.mutable_timeseries(1)->mutable_samples(1)->set_timestamp(3000);
  request.add_metadata()->set_metric_family_name("up");
  const Reply reply = write(to_body(request));
  EXPECT_EQ(reply.status, 204u);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(*store_.find({{"__name__", "up"}}), (Sample{1, 1000}));
  EXPECT_EQ(*store_.find({{"__name__", "up"}, {"job", "a"}}), (Sample{0, 3000}));
  EXPECT_TRUE(store_.families().contains("up"));
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].series, 2u);
  EXPECT_EQ(seen_[0].samples, 3u);
  EXPECT_EQ(seen_[0].body_bytes, to_body(request).size());
  EXPECT_EQ(seen_[0].message_bytes, to_message(request).size());
}

TEST_F(RoutesTest, LeavesOutOfVersionOneWhatPrometheusLeavesOut) {
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "up"}});
  add_series(request, {{"job", "nameless"}});
  EXPECT_EQ(write(to_body(request)).status, 204u);
  EXPECT_THAT(broken(), ElementsAre("metric_name_present"));
  EXPECT_EQ(seen_.back().series, 1u);
  EXPECT_EQ(store_.series_count(), 1u);
}

TEST_F(RoutesTest, StoresNothingOfVersionOneIfASampleGoesBack) {
  EXPECT_EQ(write(good_body()).status, 204u);
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "other"}});
  add_series(request, {{"__name__", "up"}}, 1, 999);
  const Reply reply = write(to_body(request));
  EXPECT_EQ(reply.status, 400u);
  EXPECT_THAT(reply.body, HasSubstr("timestamps_ascend_over_requests: series up{}: 999"));
  EXPECT_EQ(store_.series_count(), 1u);
  EXPECT_EQ(seen_.back().error + "\n", reply.body);
}

TEST_F(RoutesTest, StoresWhatIsGoodOfVersionTwoAndCountsIt) {
  auto request = good_v2_request();
  EXPECT_EQ(write_v2(to_body(request)).status, 204u);
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(store_.families().at("up"), (FamilyInfo{"gauge", "Is it?"}));
  auto& nameless = *request.add_timeseries();
  nameless.add_samples()->set_timestamp(1000);
  const Reply reply = write_v2(to_body(request));
  EXPECT_EQ(reply.status, 400u);
  EXPECT_THAT(reply.headers, ElementsAre(Pair("X-Prometheus-Remote-Write-Samples-Written", "1"),
                                         Pair("X-Prometheus-Remote-Write-Histograms-Written", "0"),
                                         Pair("X-Prometheus-Remote-Write-Exemplars-Written", "0")));
}

TEST_F(RoutesTest, SaysThatAMessageOfTwoCameAsOne) {
  EXPECT_EQ(write(to_body(good_v2_request())).status, 204u);
  EXPECT_THAT(broken(), ElementsAre("message_schema"));
  EXPECT_EQ(store_.series_count(), 0u);
}

TEST_F(RoutesTest, RefusesBodiesThatItCannotRead) {
  struct Case {
    const char* name;
    std::string body;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"no snappy", "garbage", {"snappy_block"}},
      {"no message", compress("garbage"), {"protobuf_message"}},
      {"no UTF-8",
       compress("\x0a\x0a\x0a\x08\x0a\x01"
                "a\x12\x03\xff\xff\xff"),
       {"strings_utf8"}},
      {"claims too much", body_claiming_2_gib(), {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(write(c.body).status, 400u);
    EXPECT_EQ(broken(), c.want);
    EXPECT_NE(seen_.back().error, "");
  }
}

TEST_F(RoutesTest, ReportsRequestsThatAreNoRemoteWrite) {
  EXPECT_EQ(routes_->answer({"POST", "/elsewhere", {}, {}}, {}).status, 404u);
  EXPECT_EQ(routes_->answer({"PUT", kWrite, {}, {}}, {}).status, 405u);
  EXPECT_EQ(routes_->answer({"POST", kWrite, "text/plain", {}}, {}).status, 415u);
  ASSERT_EQ(seen_.size(), 3u);
  for (const auto& request : seen_) EXPECT_EQ(request.version, std::nullopt);
  EXPECT_EQ(seen_[2].number, 3u);
}

TEST_F(RoutesTest, GiveTheAnswersTheyAreToldAndThenTheRightOnes) {
  misbehave({.statuses = {503, 200, 429}, .retry_after = std::chrono::seconds(7)});
  const Reply unavailable = write(good_body());
  EXPECT_EQ(unavailable.status, 503u);
  EXPECT_THAT(unavailable.headers, ElementsAre(Pair("Retry-After", "7")));
  EXPECT_EQ(store_.series_count(), 0u);
  const Reply ok = write(good_body());
  EXPECT_EQ(ok.status, 200u);
  EXPECT_THAT(ok.headers, IsEmpty());
  EXPECT_EQ(store_.series_count(), 1u);
  EXPECT_EQ(write(good_body()).status, 429u);
  EXPECT_EQ(write("garbage").status, 400u);
  EXPECT_EQ(write(good_body()).status, 204u);
}

TEST_F(RoutesTest, MisbehaveInOtherWaysAsTold) {
  misbehave({.resets = true});
  EXPECT_TRUE(write(good_body()).resets);
  EXPECT_EQ(seen_.back().status, 0u);
  EXPECT_EQ(store_.series_count(), 0u);
  misbehave({.delay = std::chrono::milliseconds(5), .written_headers = false});
  const Reply late = write_v2(to_body(good_v2_request()));
  EXPECT_EQ(late.delay.count(), 5);
  EXPECT_EQ(late.status, 204u);
  EXPECT_THAT(late.headers, IsEmpty());
  misbehave({.only = WriteVersion::kV1});
  EXPECT_EQ(write_v2(to_body(good_v2_request())).status, 415u);
  EXPECT_EQ(seen_.back().version, WriteVersion::kV2);
}

TEST_F(RoutesTest, ShowsWhatItHolds) {
  EXPECT_EQ(write(good_body()).status, 204u);
  const Reply metrics = routes_->answer({"GET", "/metrics", {}, {}}, {});
  EXPECT_EQ(metrics.status, 200u);
  EXPECT_EQ(metrics.body, "up 1\n");
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(routes_->answer({"GET", "/-/ready", {}, {}}, {}).status, 200u);
}

TEST_F(RoutesTest, KeepsNativeHistogramsOfEitherVersion) {
  prometheus::WriteRequest request;
  auto& series = add_series(request, {{"__name__", "latency"}});
  series.clear_samples();
  auto& histogram = *series.add_histograms();
  histogram.set_count_int(2);
  histogram.set_sum(3);
  histogram.set_timestamp(1000);
  histogram.add_positive_deltas(2);
  histogram.add_positive_spans()->set_length(1);
  EXPECT_EQ(write(to_body(request)).status, 204u);
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(seen_.back().histograms, 1u);
  ASSERT_NE(store_.find_native({{"__name__", "latency"}}), nullptr);
  EXPECT_EQ(routes_->answer({"GET", "/metrics", {}, {}}, {}).body,
            "# TYPE latency histogram\n"
            "latency_bucket{le=\"0.5\"} 0\n"
            "latency_bucket{le=\"1\"} 2\n"
            "latency_bucket{le=\"+Inf\"} 2\n"
            "latency_sum 3\n"
            "latency_count 2\n");
}

TEST_F(RoutesTest, NamesTheMethodThatAPathTakes) {
  EXPECT_EQ(routes_->answer({"GET", kWrite, {}, {}}, {}).allow, "POST");
  EXPECT_EQ(routes_->answer({"DELETE", "/metrics", {}, {}}, {}).allow, "GET");
}

}  // namespace
}  // namespace bpfpush
