#include "receiver/decode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "receiver/requests.hpp"
#include "receiver/wire_scan.hpp"

namespace bpfpush {
namespace {

using ::testing::HasSubstr;

TEST(DecompressBlock, SaysWhatIsNoSnappyBlock) {
  const std::string message(1000, 'x');
  const std::string body = compress(message);
  struct Case {
    const char* name;
    std::string body;
    Errc code;
    const char* text;
  };
  const Case cases[] = {
      {"empty", "", Errc::kMalformed, "is not snappy"},
      {"garbage", std::string(100, '\xff'), Errc::kMalformed, "is not snappy"},
      {"truncated", body.substr(0, body.size() - 1), Errc::kMalformed, "truncated snappy"},
      {"framed", std::string("\xff\x06\0\0sNaPpY", 10) + body, Errc::kMalformed, "framed format"},
      {"zstd", "\x28\xb5\x2f\xfd" + body, Errc::kMalformed, "it is zstd"},
      {"gzip", "\x1f\x8b" + body, Errc::kMalformed, "it is gzip"},
      {"claims 2 GiB", body_claiming_2_gib(), Errc::kTooLarge, "2147483648 bytes"},
      {"a byte too many", compress(message + "x"), Errc::kTooLarge, "the limit is 1000"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto bytes = decompress_block(as_bytes(c.body), message.size());
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, c.code);
    EXPECT_THAT(bytes.error().message(), HasSubstr(c.text));
  }
  EXPECT_EQ(decompress_block(as_bytes(body), message.size()).value(), message);
}

TEST(DecodeMessage, ReadsAllOfVersionOne) {
  prometheus::WriteRequest request;
  auto& series = add_series(request, {{"__name__", "up"}, {"job", "a"}}, 1, 1000);
  series.add_samples()->set_timestamp(2000);
  series.add_exemplars()->set_timestamp(3000);
  auto& histogram = *series.add_histograms();
  histogram.set_count_float(2);
  histogram.add_positive_counts(2);
  histogram.add_positive_spans()->set_length(1);
  auto& metadata = *request.add_metadata();
  metadata.set_metric_family_name("up");
  metadata.set_type(prometheus::MetricMetadata::GAUGE);
  metadata.set_help("Is it?");
  const auto decoded = decode_message(to_message(request), WriteVersion::kV1);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(decoded->bytes, to_message(request).size());
  ASSERT_EQ(decoded->series.size(), 1u);
  const ReceivedSeries& got = decoded->series[0];
  ASSERT_EQ(got.labels.size(), 2u);
  EXPECT_EQ(got.labels[1].name, "job");
  EXPECT_EQ(got.labels[1].value, "a");
  ASSERT_EQ(got.samples.size(), 2u);
  EXPECT_EQ(got.samples[0].value, 1);
  EXPECT_EQ(got.samples[1].timestamp, 2000);
  ASSERT_EQ(got.exemplars.size(), 1u);
  EXPECT_EQ(got.exemplars[0].timestamp, 3000);
  ASSERT_EQ(got.histograms.size(), 1u);
  EXPECT_TRUE(got.histograms[0].is_float);
  EXPECT_EQ(got.histograms[0].positive.counts, std::vector<double>{2});
  ASSERT_EQ(decoded->families.size(), 1u);
  EXPECT_EQ(decoded->families[0].first, "up");
  EXPECT_EQ(decoded->families[0].second, (FamilyInfo{"gauge", "Is it?"}));
}

TEST(DecodeMessage, ReadsAllOfVersionTwo) {
  io::prometheus::write::v2::Request request = v2_request({"", "__name__", "up", "Is it?", "s"});
  auto& series = *request.mutable_timeseries(0);
  series.mutable_samples(0)->set_start_timestamp(500);
  series.mutable_metadata()->set_type(io::prometheus::write::v2::Metadata::METRIC_TYPE_COUNTER);
  series.mutable_metadata()->set_help_ref(3);
  series.mutable_metadata()->set_unit_ref(4);
  auto& histogram = *series.add_histograms();
  histogram.set_schema(-53);
  histogram.set_count_int(7);
  histogram.set_zero_count_int(1);
  histogram.set_start_timestamp(600);
  histogram.add_custom_values(0.5);
  histogram.add_negative_deltas(-1);
  histogram.add_negative_spans()->set_offset(-3);
  series.add_exemplars()->set_value(9);
  const auto decoded = decode_message(request.SerializeAsString(), WriteVersion::kV2);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(decoded->symbols.size(), 5u);
  ASSERT_EQ(decoded->series.size(), 1u);
  const ReceivedSeries& got = decoded->series[0];
  EXPECT_EQ(got.label_references, 2u);
  ASSERT_EQ(got.labels.size(), 1u);
  EXPECT_EQ(got.labels[0].value, "up");
  EXPECT_EQ(got.samples[0].start_timestamp, 500);
  ASSERT_TRUE(got.metadata);
  EXPECT_EQ(got.metadata->type, "counter");
  EXPECT_EQ(got.metadata->help, "Is it?");
  EXPECT_EQ(got.metadata->unit, "s");
  const ReceivedHistogram& native = got.histograms[0];
  EXPECT_EQ(native.schema, kCustomBoundsSchema);
  EXPECT_FALSE(native.is_float);
  EXPECT_EQ(native.count(), 7);
  EXPECT_EQ(native.zero_count(), 1);
  EXPECT_EQ(native.start_timestamp, 600);
  EXPECT_EQ(native.custom_values, std::vector<double>{0.5});
  EXPECT_EQ(native.negative.deltas, std::vector<std::int64_t>{-1});
  EXPECT_EQ(native.negative.spans[0].offset, -3);
  EXPECT_EQ(got.exemplars[0].value, 9);
}

TEST(DecodeMessage, NotesReferencesThatPointNowhere) {
  io::prometheus::write::v2::Request request = v2_request({"", "__name__", "up"});
  auto& series = *request.mutable_timeseries(0);
  series.add_labels_refs(77);
  series.mutable_metadata()->set_help_ref(78);
  const auto decoded = decode_message(request.SerializeAsString(), WriteVersion::kV2);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->series[0].label_references, 3u);
  EXPECT_EQ(decoded->series[0].labels.size(), 1u);
  EXPECT_EQ(decoded->series[0].reference_outside, 77u);
  EXPECT_EQ(decoded->series[0].metadata->help, "");
}

TEST(DecodeMessage, RefusesWhatIsNoMessageOrStandsForFarTooMuch) {
  std::string many;
  for (int i = 0; i < 1'000'001; ++i) many.append("\x0a\x00\x0a\x00\x0a\x00\x0a\x00", 8);
  io::prometheus::write::v2::Request request = v2_request({"", std::string(1 << 20, 'a')});
  request.mutable_timeseries(0)->clear_labels_refs();
  for (int i = 0; i < 1000; ++i) request.mutable_timeseries(0)->add_labels_refs(1);
  struct Case {
    const char* name;
    WriteVersion version;
    std::string message;
    Errc code;
  };
  const Case cases[] = {
      {"no protobuf", WriteVersion::kV1, "garbage", Errc::kMalformed},
      {"no protobuf of 2.0", WriteVersion::kV2, "garbage", Errc::kMalformed},
      {"truncated", WriteVersion::kV1, "\x0a\x7f", Errc::kMalformed},
      {"more series than there is room for", WriteVersion::kV1, many, Errc::kTooLarge},
      {"labels that refer to a long symbol", WriteVersion::kV2, request.SerializeAsString(),
       Errc::kTooLarge},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto decoded = decode_message(c.message, c.version);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, c.code);
  }
}

TEST(ScanWire, SeesFieldsAndTheirOrder) {
  const auto facts = [](std::string_view message, WriteVersion version) {
    return scan_wire(message, version);
  };
  using namespace std::string_view_literals;
  const WireFacts v1 = facts("\x0a\x02\x08\x01\x1a\x00"sv, WriteVersion::kV1);
  EXPECT_TRUE(v1.has_v1_fields);
  EXPECT_FALSE(v1.has_v2_fields);
  EXPECT_EQ(v1.elements, 3u);
  const WireFacts good = facts("\x22\x00\x2a\x00"sv, WriteVersion::kV2);
  EXPECT_TRUE(good.has_v2_fields);
  EXPECT_FALSE(good.symbols_after_series);
  EXPECT_TRUE(facts("\x22\x00\x2a\x00\x22\x00"sv, WriteVersion::kV2).symbols_after_series);
  for (const auto& broken :
       {"\x22"sv, "\x22\x05"sv, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv}) {
    EXPECT_EQ(facts(broken, WriteVersion::kV2).elements, 0u);
  }
}

TEST(FindInvalidUtf8, FindsTheStringThatIsNone) {
  prometheus::WriteRequest request;
  add_series(request, {{"__name__", "up"}, {"job", "caf\xc3\xa9"}});
  request.add_metadata()->set_help("Help.");
  std::string message = to_message(request);
  EXPECT_EQ(find_invalid_utf8(message, WriteVersion::kV1), std::nullopt);
  message[message.find("\xc3\xa9")] = '\xff';
  EXPECT_THAT(find_invalid_utf8(message, WriteVersion::kV1).value_or(""), HasSubstr("caf"));
  EXPECT_FALSE(decode_message(message, WriteVersion::kV1));
  EXPECT_TRUE(find_invalid_utf8("\x22\x01\xff", WriteVersion::kV2));
}

}  // namespace
}  // namespace bpfpush
