#include "agent/endpoint_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_filesystem.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

TEST(EndpointProtocol, IsTheConfigurationsInTheSendersTerms) {
  EXPECT_EQ(version_of({}), std::nullopt);
  EXPECT_EQ(version_of({.protobuf_message = "prometheus.WriteRequest"}), ProtocolVersion::k1);
  EXPECT_EQ(version_of({.protobuf_message = "io.prometheus.write.v2.Request"}),
            ProtocolVersion::k2);
  EXPECT_EQ(compression_of({}), Compression::kSnappy);
  EXPECT_EQ(compression_of({.compression = "zstd"}), Compression::kZstd);
  const FormOptions forms = form_options(
      {.histograms = "both", .native_histogram_bucket_limit = 7, .custom_histograms_over_1 = true});
  EXPECT_EQ(forms.form, HistogramForm::kBoth);
  EXPECT_EQ(forms.native_buckets_max, 7u);
  EXPECT_TRUE(forms.custom_over_1);
}

TEST(EndpointProtocol, OfNativeHistogramsNeedsBoundsOfASchema) {
  FakeFilesystem filesystem;
  Collector collector("ebpf", filesystem);
  CollectedMetric metric;
  metric.object = "mine";
  metric.map = "latency";
  metric.family.name = "ebpf_latency";
  metric.family.type = MetricType::kHistogram;
  metric.family.bounds = {1, 2, 3};
  ASSERT_TRUE(collector.add(std::move(metric)));
  struct Case {
    const char* histograms;
    bool possible;
  };
  for (const auto& [histograms, possible] :
       {Case{"classic", true}, Case{"native", false}, Case{"custom", true}, Case{"both", false}}) {
    SCOPED_TRACE(histograms);
    RemoteWriteConfig endpoint;
    endpoint.where = "f:3";
    endpoint.name = "main";
    endpoint.protocol.histograms = histograms;
    const Result<void> checked = check_forms(endpoint, collector);
    EXPECT_EQ(checked.has_value(), possible);
    if (possible) continue;
    EXPECT_THAT(checked.error().message(),
                HasSubstr("f:3: remote_write main: histograms: " + std::string(histograms)));
    EXPECT_THAT(checked.error().message(), HasSubstr("ebpf_latency (latency of mine)"));
  }
}

// The bounds of a map that another process is still to make may not be known.
TEST(EndpointProtocol, AsksNothingOfBoundsThatAreNotKnown) {
  FakeFilesystem filesystem;
  Collector collector("ebpf", filesystem);
  CollectedMetric metric;
  metric.family.name = "ebpf_latency";
  metric.family.type = MetricType::kHistogram;
  ASSERT_TRUE(collector.add(std::move(metric)));
  RemoteWriteConfig endpoint;
  endpoint.protocol.histograms = "native";
  EXPECT_TRUE(check_forms(endpoint, collector));
}

}  // namespace
}  // namespace bpfpush
