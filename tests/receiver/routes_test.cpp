#include "receiver/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "receiver/requests.hpp"

namespace bpfpush {
namespace {

using ::testing::HasSubstr;

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

TEST(Refuse, TakesOnlyVersionOneOfTheMessage) {
  struct Case {
    const char* content_type;
    bool want_refused;
  };
  const Case cases[] = {
      {"application/x-protobuf", false},
      {"Application/X-Protobuf", false},
      {"application/x-protobuf;proto=prometheus.WriteRequest", false},
      {"application/x-protobuf; proto=prometheus.WriteRequest", false},
      {"application/x-protobuf;charset=utf-8;proto=prometheus.WriteRequest", false},
      {"application/x-protobuf;", false},
      {"application/x-protobuf;proto=io.prometheus.write.v2.Request", true},
      {"application/x-protobuf; proto=io.prometheus.write.v2.Request", true},
      {"application/x-protobuf;charset=utf-8; Proto = io.prometheus.write.v2.Request", true},
      {"application/x-protobuf;proto=", true},
      {"application/x-protobuf2", true},
      {"application/json", true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.content_type);
    EXPECT_EQ(refuse({"POST", kWrite, c.content_type, "snappy"}).has_value(), c.want_refused);
  }
}

class RoutesTest : public ::testing::Test {
 protected:
  Reply write(const std::string& body) {
    return routes_.answer({"POST", kWrite, {}, {}}, as_bytes(body));
  }

  Store store_;
  std::vector<ReceivedRequest> seen_;
  OnRequest on_request_ = [this](const ReceivedRequest& request) { seen_.push_back(request); };
  Routes routes_{store_, on_request_, 1 << 20};
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

TEST_F(RoutesTest, StoresNothingOfARequestWithOneBadSeries) {
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "up"}});
  add_series(request, {{"__name__", "bad-name"}});
  const Reply reply = write(to_body(request));
  EXPECT_EQ(reply.status, 400u);
  EXPECT_THAT(reply.body, HasSubstr("bad-name"));
  EXPECT_EQ(store_.series_count(), 0u);
  EXPECT_TRUE(seen_.empty());
}

TEST_F(RoutesTest, ShowsWhatItHolds) {
  EXPECT_EQ(write(good_body()).status, 204u);
  const Reply metrics = routes_.answer({"GET", "/metrics", {}, {}}, {});
  EXPECT_EQ(metrics.status, 200u);
  EXPECT_EQ(metrics.body, "up 1\n");
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(routes_.answer({"GET", "/-/ready", {}, {}}, {}).status, 200u);
}

TEST_F(RoutesTest, NamesTheMethodThatAPathTakes) {
  EXPECT_EQ(routes_.answer({"GET", kWrite, {}, {}}, {}).allow, "POST");
  EXPECT_EQ(routes_.answer({"DELETE", "/metrics", {}, {}}, {}).allow, "GET");
}

}  // namespace
}  // namespace bpfpush
