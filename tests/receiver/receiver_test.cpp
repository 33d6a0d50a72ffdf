#include "receiver/receiver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "receiver/http_client.hpp"
#include "receiver/receiver_fixture.hpp"
#include "receiver/requests.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReceiverTest : public ReceiverFixture {
 protected:
  const Sample* find_up() const { return receiver_->store().find({{"__name__", "up"}}); }
};

HttpTestRequest with(HttpTestRequest request, http::field field, const char* value) {
  request.set(field, value);
  return request;
}

HttpTestRequest without_optional_headers(std::string body) {
  HttpTestRequest request(http::verb::post, "/api/v1/write", 11);
  request.body() = std::move(body);
  request.prepare_payload();
  return request;
}

HttpTestRequest chunked(HttpTestRequest request) {
  request.chunked(true);
  return request;
}

HttpTestRequest to_target(HttpTestRequest request, const char* target) {
  request.target(target);
  return request;
}

TEST_F(ReceiverTest, AnswersEveryRequestWithItsStatus) {
  using http::field;
  constexpr std::size_t kBodyBytesMax = 1000;
  const std::string good = good_body();
  const std::string good_v2 = to_body(good_v2_request());
  const char* const v2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
  struct Case {
    const char* name;
    HttpTestRequest request;
    unsigned want;
    const char* text;
  };
  const Case cases[] = {
      {"good", write_request(good), 204, ""},
      {"good, in chunks", chunked(write_request(good)), 204, ""},
      {"no Content-Type nor Content-Encoding", without_optional_headers(good), 204, ""},
      {"garbage", write_request(std::string(100, '\xff')), 400, "is not snappy"},
      {"truncated snappy", write_request(good.substr(0, good.size() - 1)), 400, "truncated"},
      {"claims 2 GiB", write_request(body_claiming_2_gib()), 400, "2147483648 bytes"},
      {"truncated protobuf", write_request(compress("\x0a\x7f")), 400, "not a protobuf message"},
      {"GET", get("/api/v1/write"), 405, "takes POST only"},
      {"elsewhere", to_target(write_request(good), "/api/v1/push"), 404, "nothing at /api/v1/push"},
      {"as large as allowed", write_request(std::string(kBodyBytesMax, '\xff')), 400, "snappy"},
      {"too large", write_request(std::string(kBodyBytesMax + 1, '\xff')), 413, "1000 bytes"},
      {"too large, in chunks", chunked(write_request(std::string(kBodyBytesMax + 1, '\xff'))), 413,
       "1000 bytes"},
      {"text", with(write_request(good), field::content_type, "text/plain"), 415, "text/plain"},
      {"version 2", with(write_request(good_v2), field::content_type, v2), 204, ""},
      {"gzip", with(write_request(good), field::content_encoding, "gzip"), 415, "gzip"},
      {"ready", get("/-/ready"), 200, "ready"},
      {"metrics", get("/metrics"), 200, "up 1\n"},
  };
  listen({.body_bytes_max = kBodyBytesMax});
  play([&]() -> asio::awaitable<void> {
    for (const Case& c : cases) {
      SCOPED_TRACE(c.name);
      HttpTestRequest request = c.request;
      const HttpTestResponse response = co_await exchange_alone(std::move(request));
      EXPECT_EQ(response.result_int(), c.want);
      EXPECT_THAT(response.body(), HasSubstr(c.text));
    }
  });
}

TEST_F(ReceiverTest, TakesAndShowsTensOfThousandsOfSeries) {
  constexpr std::size_t kSeries = 20'000;
  prometheus::WriteRequest request;
  for (std::size_t i = 0; i < kSeries; ++i) {
    add_series(request, {{"__name__", "up"}, {"instance", std::to_string(i * 7919)}});
  }
  listen({});
  play([&]() -> asio::awaitable<void> {
    const HttpTestResponse stored = co_await exchange_alone(write_request(to_body(request)));
    EXPECT_EQ(stored.result_int(), 204u);
    const HttpTestResponse shown = co_await exchange_alone(get("/metrics"));
    EXPECT_EQ(std::count(shown.body().begin(), shown.body().end(), '\n'),
              static_cast<std::ptrdiff_t>(kSeries));
  });
  EXPECT_EQ(receiver_->store().series_count(), kSeries);
}

TEST_F(ReceiverTest, KeepsWhatArrivesAndTellsWhoAsked) {
  std::size_t seen = 0;
  listen({});
  receiver_->on_request([&seen](const ReceivedRequest& request) { seen += request.samples; });
  play([&]() -> asio::awaitable<void> {
    const HttpTestResponse response = co_await exchange_alone(write_request(good_body()));
    EXPECT_EQ(response.result_int(), 204u);
    EXPECT_EQ(response.body(), "");
  });
  ASSERT_NE(find_up(), nullptr);
  EXPECT_EQ(*find_up(), (Sample{1, 1000}));
  EXPECT_EQ(seen, 1u);
}

TEST_F(ReceiverTest, SaysWhatItWroteOfVersionTwo) {
  listen({});
  play([&]() -> asio::awaitable<void> {
    HttpTestRequest request = write_request(to_body(good_v2_request()));
    request.set(http::field::content_type, kContentTypeOfV2.data());
    const HttpTestResponse response = co_await exchange_alone(std::move(request));
    EXPECT_EQ(response.result_int(), 204u);
    EXPECT_EQ(response["X-Prometheus-Remote-Write-Samples-Written"], "1");
    EXPECT_EQ(response["X-Prometheus-Remote-Write-Histograms-Written"], "0");
    EXPECT_EQ(response["X-Prometheus-Remote-Write-Exemplars-Written"], "0");
  });
  EXPECT_NE(find_up(), nullptr);
}

TEST_F(ReceiverTest, ReportsWhatIsMissingWhenItEnds) {
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "io_bucket"}, {"le", "1"}});
  listen({});
  play([&]() -> asio::awaitable<void> {
    const HttpTestResponse response = co_await exchange_alone(write_request(to_body(request)));
    EXPECT_EQ(response.result_int(), 204u);
  });
  ASSERT_EQ(receiver_->missing().size(), 1u);
  EXPECT_EQ(receiver_->missing()[0].rule->name, "classic_infinite_bucket");
}

TEST_F(ReceiverTest, CanBeMovedBeforeItRuns) {
  listen({});
  const std::string url = receiver_->url();
  Receiver moved = std::move(*receiver_);
  EXPECT_EQ(moved.url(), url);
  receiver_.emplace(std::move(moved));
  play([&]() -> asio::awaitable<void> {
    const HttpTestResponse response = co_await exchange_alone(write_request(good_body()));
    EXPECT_EQ(response.result_int(), 204u);
  });
  EXPECT_NE(find_up(), nullptr);
}

TEST_F(ReceiverTest, SaysWhereItListensAndWhyItCannot) {
  listen({});
  const std::string port = std::to_string(receiver_->port());
  EXPECT_EQ(receiver_->url(), "http://127.0.0.1:" + port + "/api/v1/write");

  const auto taken = Receiver::listen(io_.get_executor(), {.port = receiver_->port()});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, boost::system::errc::address_in_use);
  EXPECT_THAT(taken.error().message(), StartsWith("listen on 127.0.0.1 port " + port));

  const auto named = Receiver::listen(io_.get_executor(), {.address = "localhost"});
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code, Errc::kInvalidConfig);
}

}  // namespace
}  // namespace bpfpush
