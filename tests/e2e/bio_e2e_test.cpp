// Block I/O from the kernel to a real receiver: what a query finds is what the kernel itself has
// counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "e2e/bio_bounds.hpp"
#include "e2e/bio_stage.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"
#include "support/victoria_metrics_server.hpp"

namespace bpfpush {
namespace {

using ::testing::AllOf;
using ::testing::Gt;
using ::testing::Le;
using ::testing::Optional;

struct ServerKind {
  const char* name;
  const char* program;
  std::function<std::unique_ptr<MetricsServer>()> make;
};

// Found by GoogleTest, which would show the bytes.
void PrintTo(const ServerKind& kind, std::ostream* out) {
  *out << kind.name;
}

class BioE2e : public BioStage, public ::testing::WithParamInterface<ServerKind> {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    REQUIRE_OF_MACHINE(require_program(GetParam().program));
    set_up(GetParam().make());
  }

  // Compares every cumulative bucket of the size histogram with the sizes of the requests that were
  // made.
  void expect_size_buckets(const std::string& operation, const std::vector<std::size_t>& sizes) {
    for (const std::string& le : size_bounds()) {
      SCOPED_TRACE("le=" + le);
      const double bound_bytes = std::strtod(le.c_str(), nullptr) * 1024;
      double count = 0;
      for (const std::size_t size : sizes) count += static_cast<double>(size) <= bound_bytes;
      std::string bucket = selector("ebpf_bio_req_size_bucket", operation);
      bucket.insert(bucket.size() - 1, ",le=\"" + le + "\"");
      EXPECT_THAT(value_of(bucket), Optional(count));
    }
  }
};

std::vector<ServerKind> server_kinds() {
  return {
      {"Prometheus", "prometheus", [] { return std::make_unique<PrometheusServer>(); }},
      {"VictoriaMetrics", "victoria-metrics",
       [] { return std::make_unique<VictoriaMetricsServer>(); }},
  };
}

INSTANTIATE_TEST_SUITE_P(, BioE2e, ::testing::ValuesIn(server_kinds()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(BioE2e, CountsSumsAndBucketsAreTheKernels) {
  ASSERT_NO_FATAL_FAILURE(start_agent({}));
  const auto begin = std::chrono::steady_clock::now();
  disk().read({.count = 3, .bytes = 4096}).value();
  disk().write({.count = 5, .bytes = 4096}).value();
  disk().write({.count = 2, .bytes = 512}).value();
  disk().write({.count = 4, .bytes = 65536}).value();
  disk().sync().value();
  disk().write({.count = 1, .bytes = 131072}).value();
  disk().sync().value();
  const std::chrono::duration<double, std::micro> elapsed =
      std::chrono::steady_clock::now() - begin;

  expect_kernel_counts("ebpf_bio_req_latency");
  expect_kernel_counts("ebpf_bio_req_size");
  const DiskStat kernel = done();
  const auto kibibytes = [](std::uint64_t sectors) {
    return static_cast<double>(sectors) * 512 / 1024;
  };
  expect_delivered(selector("ebpf_bio_req_size_sum", "read"), kibibytes(kernel.sectors_read));
  expect_delivered(selector("ebpf_bio_req_size_sum", "write"), kibibytes(kernel.sectors_written));
  expect_delivered(selector("ebpf_bio_req_size_sum", "flush"), 0);

  expect_size_buckets("read", std::vector<std::size_t>(3, 4096));
  std::vector<std::size_t> written = {4096, 4096,  4096,  4096,  4096,  512,
                                      512,  65536, 65536, 65536, 65536, 131072};
  ASSERT_GE(kernel.writes, written.size());
  // What carries a flush to the disk is a write of nothing, and counted as the kernel counts it.
  written.resize(kernel.writes, 0);
  expect_size_buckets("write", written);

  // One request followed the other, so all of an operation took no longer than all of them.
  for (const char* operation : {"read", "write", "flush"}) {
    SCOPED_TRACE(operation);
    EXPECT_THAT(value_of(selector("ebpf_bio_req_latency_sum", operation)),
                Optional(AllOf(Gt(0), Le(elapsed.count()))));
  }
}

TEST_P(BioE2e, LabelsAndBoundsAreTheDocumentedOnes) {
  ASSERT_NO_FATAL_FAILURE(start_agent({}));
  disk().read({.count = 1}).value();
  disk().write({.count = 1}).value();
  expect_kernel_counts("ebpf_bio_req_latency");

  EXPECT_EQ(label_values("ebpf_bio_req_latency_bucket", "le"), latency_bounds());
  EXPECT_EQ(label_values("ebpf_bio_req_size_bucket", "le"), size_bounds());
  EXPECT_EQ(latency_bounds().size(), 32u + 1);
  EXPECT_EQ(size_bounds().size(), 16u + 1);
  EXPECT_EQ(label_values("ebpf_bio_req_size_count", "operation"),
            (std::set<std::string>{"read", "write"}));

  const auto answer = server().query(selector("ebpf_bio_req_latency_count", "read")).value();
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer.front().labels, (PromLabels{{"__name__", "ebpf_bio_req_latency_count"},
                                               {"device", disk().name()},
                                               {"operation", "read"},
                                               {"instance", "e2e"},
                                               {"job", "bpfpush"}}));
}

TEST_P(BioE2e, QuantilesLieInTheBucketOfTheRequests) {
  ASSERT_NO_FATAL_FAILURE(start_agent({}));
  disk().write({.count = 1, .bytes = 4096}).value();
  expect_kernel_counts("ebpf_bio_req_size");
  disk().write({.count = 40, .bytes = 65536}).value();
  expect_kernel_counts("ebpf_bio_req_size");

  const std::string rate =
      "histogram_quantile(0.5, rate(" + selector("ebpf_bio_req_size_bucket", "write") + "[1m]))";
  EXPECT_THAT(value_of(rate), Optional(AllOf(Gt(32), Le(64))));
}

TEST_P(BioE2e, BaseUnitsAndExplicitBoundsAreAsConfigured) {
  AgentConfig config;
  config.programs = R"(
  - name: bio
    as: bio_base_units
    histograms:
      bio_req_latency:
        unit: seconds
        buckets: {type: explicit, bounds: [0.000001, 0.0001, 0.001024, 0.5, 3600]}
      bio_req_size:
        unit: bytes
        buckets: {type: exp2, min: 9, max: 20})";
  ASSERT_NO_FATAL_FAILURE(start_agent(config, "ebpf_bio_req_latency_seconds"));
  const auto begin = std::chrono::steady_clock::now();
  disk().read({.count = 3, .bytes = 512}).value();
  disk().read({.count = 4, .bytes = 131072}).value();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  expect_kernel_counts("ebpf_bio_req_latency_seconds");
  expect_kernel_counts("ebpf_bio_req_size_bytes");

  EXPECT_EQ(label_values("ebpf_bio_req_latency_seconds_bucket", "le"),
            (std::set<std::string>{"1e-06", "0.0001", "0.001024", "0.5", "3600", "+Inf"}));
  EXPECT_EQ(label_values("ebpf_bio_req_size_bytes_bucket", "le"),
            (std::set<std::string>{"512", "1024", "2048", "4096", "8192", "16384", "32768", "65536",
                                   "131072", "262144", "524288", "1.048576e+06", "+Inf"}));
  const std::string device = "{device=\"" + disk().name() + "\",operation=\"read\",le=\"";
  EXPECT_THAT(value_of("ebpf_bio_req_latency_seconds_bucket" + device + "3600\"}"), Optional(7));
  EXPECT_THAT(value_of("ebpf_bio_req_size_bytes_bucket" + device + "512\"}"), Optional(3));
  EXPECT_THAT(value_of("ebpf_bio_req_size_bytes_bucket" + device + "65536\"}"), Optional(3));
  EXPECT_THAT(value_of("ebpf_bio_req_size_bytes_bucket" + device + "131072\"}"), Optional(7));
  EXPECT_THAT(value_of(selector("ebpf_bio_req_size_bytes_sum", "read")),
              Optional(3 * 512 + 4 * 131072));
  EXPECT_THAT(value_of(selector("ebpf_bio_req_latency_seconds_sum", "read")),
              Optional(AllOf(Gt(0), Le(elapsed.count()))));
}

}  // namespace
}  // namespace bpfpush
