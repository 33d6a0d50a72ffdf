#include "receiver/write_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "receiver/requests.hpp"

namespace bpfpush {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kMessageBytesMax = 1 << 20;

TEST(DecodeWriteRequest, ReadsSeriesSamplesAndMetadata) {
  prometheus::WriteRequest request;
  auto& series = add_series(request, {{"__name__", "up"}, {"job", "a"}}, 1, 1000);
  series.add_samples()->set_timestamp(2000);
  auto& metadata = *request.add_metadata();
  metadata.set_metric_family_name("up");
  metadata.set_type(prometheus::MetricMetadata::GAUGE);
  metadata.set_help("Is it?");

  const auto decoded = decode_write_request(as_bytes(to_body(request)), kMessageBytesMax);
  ASSERT_TRUE(decoded) << decoded.error().message();
  ASSERT_EQ(decoded->series.size(), 1u);
  EXPECT_EQ(decoded->series[0].labels, (Labels{{"__name__", "up"}, {"job", "a"}}));
  EXPECT_EQ(decoded->series[0].samples, (std::vector<Sample>{{1, 1000}, {0, 2000}}));
  EXPECT_EQ(decoded->samples, 2u);
  EXPECT_EQ(decoded->message_bytes, to_message(request).size());
  ASSERT_EQ(decoded->families.size(), 1u);
  EXPECT_EQ(decoded->families[0].first, "up");
  EXPECT_EQ(decoded->families[0].second, (FamilyInfo{"gauge", "Is it?"}));
}

TEST(DecodeWriteRequest, TakesAnEmptyRequest) {
  const auto decoded = decode_write_request(as_bytes(compress("")), kMessageBytesMax);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(decoded->samples, 0u);
}

TEST(DecodeWriteRequest, RefusesBodiesThatAreNoWriteRequest) {
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "up"}, {"job", std::string(1000, 'x')}});
  const std::string message = to_message(request);
  const std::string body = to_body(request);
  struct Case {
    const char* name;
    std::string body;
    Errc code;
    const char* text;
  };
  const Case cases[] = {
      {"empty", "", Errc::kMalformed, "is not snappy"},
      {"garbage", std::string(100, '\xff'), Errc::kMalformed, "is not snappy"},
      {"not compressed", message, Errc::kMalformed, "snappy"},
      {"truncated snappy", body.substr(0, body.size() - 1), Errc::kMalformed, "truncated snappy"},
      {"claims 2 GiB", body_claiming_2_gib(), Errc::kTooLarge, "2147483648 bytes"},
      {"no protobuf", compress("garbage"), Errc::kMalformed, "not a protobuf message"},
      {"truncated protobuf", compress(message.substr(0, message.size() - 1)), Errc::kMalformed,
       "not a protobuf message"},
      {"no UTF-8",
       compress("\x0a\x0a\x0a\x08\x0a\x01"
                "a\x12\x03\xff\xff\xff"),
       Errc::kMalformed, "not a protobuf message"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto decoded = decode_write_request(as_bytes(c.body), kMessageBytesMax);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, c.code);
    EXPECT_THAT(decoded.error().message(), HasSubstr(c.text));
  }
}

TEST(DecodeWriteRequest, ComparesTheDecompressedSizeWithTheLimit) {
  const std::string body = good_body();
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "up"}});
  const std::size_t size = to_message(request).size();
  EXPECT_TRUE(decode_write_request(as_bytes(body), size));
  const auto decoded = decode_write_request(as_bytes(body), size - 1);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Errc::kTooLarge);
}

TEST(DecodeWriteRequest, NamesTheSeriesThatBreaksTheProtocol) {
  prometheus::WriteRequest no_samples;
  add_series(no_samples, {{"__name__", "up"}}).clear_samples();
  prometheus::WriteRequest disordered;
  add_series(disordered, {{"__name__", "up"}}).add_samples()->set_timestamp(999);
  prometheus::WriteRequest native;
  add_series(native, {{"__name__", "up"}}).add_histograms()->set_sum(1);
  prometheus::WriteRequest nameless;
  add_series(nameless, {{"job", "a"}});
  struct Case {
    const char* name;
    const prometheus::WriteRequest& request;
    const char* text;
  };
  const Case cases[] = {
      {"no samples", no_samples, "series {__name__=\"up\"}: a series without samples"},
      {"disordered", disordered, "not in the order of their timestamps"},
      {"native histogram", native, "native histograms"},
      {"a fault of labels", nameless, "series {job=\"a\"}: no metric name"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto decoded = decode_write_request(as_bytes(to_body(c.request)), kMessageBytesMax);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, Errc::kMalformed);
    EXPECT_THAT(decoded.error().message(), HasSubstr(c.text));
  }
}

TEST(FindLabelFault, SaysWhatTheProtocolForbids) {
  struct Case {
    Labels labels;
    const char* want;  // null: nothing
  };
  const Case cases[] = {
      {{{"__name__", "up"}}, nullptr},
      {{{"A", "1"}, {"__name__", "a:b_1"}, {"_x", "\xc3\xa4"}, {"b2", "2"}}, nullptr},
      {{}, "no metric name: label __name__ is missing"},
      {{{"job", "a"}}, "no metric name: label __name__ is missing"},
      {{{"__name__", ""}}, "\"\" is not a valid metric name"},
      {{{"__name__", "bad-name"}}, "\"bad-name\" is not a valid metric name"},
      {{{"__name__", "1up"}}, "\"1up\" is not a valid metric name"},
      {{{"", "a"}, {"__name__", "up"}}, "\"\" is not a valid label name"},
      {{{"__name__", "up"}, {"a:b", "1"}}, "\"a:b\" is not a valid label name"},
      {{{"__name__", "up"}, {"job", ""}}, "label job has an empty value: leave it out"},
      {{{"__name__", "up"}, {"job", "a"}, {"job", "b"}}, "label job occurs twice"},
      {{{"__name__", "up"}, {"job", "a"}, {"id", "b"}}, "labels are not sorted by name"},
  };
  for (const Case& c : cases) {
    const auto fault = find_label_fault(c.labels);
    if (c.want == nullptr) {
      EXPECT_EQ(fault, std::nullopt);
    } else {
      EXPECT_EQ(fault, c.want);
    }
  }
}

}  // namespace
}  // namespace bpfpush
