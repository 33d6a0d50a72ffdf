// What a push takes on the wire, in each form and version: the table in the README is this test's
// output.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/snapshots.hpp"

namespace bpfpush {
namespace {

using testing::append;
using testing::make_series;
using testing::make_snapshot;
using testing::share;

// Latencies as disks have them: log-normal, the logarithm's standard deviation 0.8 to 1.8, around a
// median of 50 microseconds to 5 milliseconds, which differs from histogram to histogram.
class Latencies {
 public:
  Latencies() : median_(50 * std::pow(100, uniform())), deviation_(0.8 + uniform()) {}

  double next() {
    const double normal =
        std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform());
    return median_ * std::exp(deviation_ * normal);
  }

  static std::mt19937_64& random() {
    static std::mt19937_64 generator(1);
    return generator;
  }

 private:
  static double uniform() {
    return (static_cast<double>(random()() >> 11) + 0.5) / static_cast<double>(1ull << 53);
  }

  double median_;
  double deviation_;
};

// Histograms of 27 powers of two, so 30 samples each in classic form, with 8 labels: `__name__`,
// `le`, and six more, of which two tell the histograms apart.
Snapshot make_host(std::size_t histograms) {
  Latencies::random().seed(1);
  std::vector<double> bounds;
  for (int i = 0; i < 27; ++i) bounds.push_back(std::ldexp(1.0, i));
  FamilySnapshot family{share({.name = "ebpf_bio_req_latency",
                               .help = "Latency of block I/O requests, by device and operation.",
                               .type = MetricType::kHistogram,
                               .label_names = {"device", "operation"},
                               .bounds = bounds}),
                        {},
                        {}};
  family.counting_since = std::chrono::minutes(1);
  const char* const operations[] = {"read", "write", "flush", "discard"};
  for (std::size_t i = 0; i < histograms; ++i) {
    std::vector<std::uint64_t> row(family.family->row_size());
    Latencies latencies;
    for (int k = 0; k < 20'000; ++k) {
      const double value = std::ceil(latencies.next());
      row[0] += static_cast<std::uint64_t>(value);
      const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
      row[static_cast<std::size_t>(bucket) + 1] += 1;
    }
    append(family, make_series({"nvme" + std::to_string(i / 4) + "n1", operations[i % 4]}), row);
  }
  Snapshot snapshot = make_snapshot({family});
  snapshot.instant.since_boot = std::chrono::hours(5);
  return snapshot;
}

double bytes_per_histogram(const Snapshot& snapshot, ProtocolVersion version, HistogramForm form,
                           Compression compression) {
  Encoder encoder({.writing = {.labels = {{{"job", "bpfpush"},
                                           {"instance", "edge-0123.example.net"},
                                           {"region", "eu-west-1"},
                                           {"site", "plant-7"}}},
                               .forms = {.form = form}},
                   .compression = compression});
  std::size_t bytes = 0;
  EncodedRequest request;
  while (!request.is_last) {
    request = encoder.encode(snapshot, {.begin = request.next, .version = version});
    bytes += request.body.size();
  }
  return static_cast<double>(bytes) / static_cast<double>(series_count(snapshot));
}

TEST(WireSize, IsWithinItsTargets) {
  struct Way {
    const char* name;
    ProtocolVersion version;
    HistogramForm form;
    Compression compression;
    double max_at_10, max_at_100, max_at_1000;
  };
  const Way ways[] = {
      {"classic, 1.0", ProtocolVersion::k1, HistogramForm::kClassic, Compression::kSnappy, 720, 660,
       660},
      {"classic, 1.0, zstd", ProtocolVersion::k1, HistogramForm::kClassic, Compression::kZstd, 330,
       260, 260},
      {"classic, 2.0", ProtocolVersion::k2, HistogramForm::kClassic, Compression::kSnappy, 350, 300,
       300},
      {"native, 1.0", ProtocolVersion::k1, HistogramForm::kNative, Compression::kSnappy, 110, 80,
       80},
      {"custom, 2.0", ProtocolVersion::k2, HistogramForm::kCustom, Compression::kSnappy, 125, 75,
       75},
      {"native, 2.0", ProtocolVersion::k2, HistogramForm::kNative, Compression::kSnappy, 105, 60,
       60},
  };
  const Snapshot ten = make_host(10);
  const Snapshot hundred = make_host(100);
  const Snapshot thousand = make_host(1000);
  std::printf("%-20s %8s %8s %8s   (bytes per histogram and push)\n", "histograms", "10", "100",
              "1000");
  for (const Way& way : ways) {
    SCOPED_TRACE(way.name);
    const auto measure = [&way](const Snapshot& host) {
      return bytes_per_histogram(host, way.version, way.form, way.compression);
    };
    const double at_10 = measure(ten);
    const double at_100 = measure(hundred);
    const double at_1000 = measure(thousand);
    std::printf("%-20s %8.1f %8.1f %8.1f\n", way.name, at_10, at_100, at_1000);
    EXPECT_LE(at_10, way.max_at_10);
    EXPECT_LE(at_100, way.max_at_100);
    EXPECT_LE(at_1000, way.max_at_1000);
  }
}

}  // namespace
}  // namespace bpfpush
