// What a configuration says of the protocol of an endpoint.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "config/test_environment.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

Result<Config> parse(const std::string& keys) {
  return parse_config("remote_write:\n  - url: http://h/\n" + keys, "f.yaml", environment_of());
}

ProtocolConfig protocol_of(const std::string& keys) {
  const Result<Config> config = parse(keys);
  if (!config) {
    ADD_FAILURE() << config.error().message();
    return {};
  }
  return config->remote_write[0].protocol;
}

TEST(ProtocolConfig, NegotiatesAndIsClassicByDefault) {
  const ProtocolConfig protocol = protocol_of("");
  EXPECT_EQ(protocol.protobuf_message, "auto");
  EXPECT_EQ(protocol.histograms, "classic");
  EXPECT_EQ(protocol.compression, "snappy");
  EXPECT_EQ(protocol.native_histogram_bucket_limit, 160u);
  EXPECT_FALSE(protocol.custom_histograms_over_1);
}

TEST(ProtocolConfig, IsRead) {
  const ProtocolConfig protocol = protocol_of(
      "    protobuf_message: prometheus.WriteRequest\n"
      "    histograms: custom\n"
      "    custom_histograms_over_1: true\n"
      "    native_histogram_bucket_limit: 20\n");
  EXPECT_EQ(protocol.protobuf_message, "prometheus.WriteRequest");
  EXPECT_EQ(protocol.histograms, "custom");
  EXPECT_EQ(protocol.native_histogram_bucket_limit, 20u);
  EXPECT_TRUE(protocol.custom_histograms_over_1);
}

TEST(ProtocolConfig, IsOfVersionOneWhereZstdIsWanted) {
  const ProtocolConfig protocol = protocol_of("    compression: zstd\n");
  EXPECT_EQ(protocol.compression, "zstd");
  EXPECT_EQ(protocol.protobuf_message, "prometheus.WriteRequest");
}

TEST(ProtocolConfig, RefusesWhatNoReceiverCanTake) {
  struct Case {
    const char* keys;
    const char* place;
    const char* words;
  };
  const Case cases[] = {
      {"    protobuf_message: v2\n", "protobuf_message", "io.prometheus.write.v2.Request"},
      {"    histograms: exponential\n", "histograms", "native"},
      {"    compression: gzip\n", "compression", "zstd"},
      {"    native_histogram_bucket_limit: 3\n", "native_histogram_bucket_limit", "4"},
      {"    histograms: custom\n    protobuf_message: prometheus.WriteRequest\n", "histograms",
       "custom_histograms_over_1"},
      {"    compression: zstd\n    protobuf_message: io.prometheus.write.v2.Request\n",
       "compression", "1.0"},
      {"    compression: zstd\n    histograms: custom\n", "histograms", "VictoriaMetrics"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.keys);
    const Result<Config> config = parse(c.keys);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message(),
                HasSubstr(": remote_write[0]." + std::string(c.place) + ": "));
    EXPECT_THAT(config.error().message(), HasSubstr(c.words));
    EXPECT_EQ(config.error().message().find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace bpfpush
