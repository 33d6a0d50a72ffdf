#include "agent/collector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/builtin.hpp"
#include "support/fake_filesystem.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

Probe open_bio(const std::string& name, const std::map<std::string, HistogramOptions>& histograms) {
  ProbeOptions options;
  options.name = name;
  options.object = find_builtin_program("bio")->object;
  options.histograms = histograms;
  return Probe::open(options).value();
}

TEST(FamilyOf, NamesTheMetricForItsMapAndItsBaseUnit) {
  struct Case {
    const char* unit;
    const char* name;
    const char* help;
    const char* metadata_unit;
    double divisor;
  };
  const Case cases[] = {
      {"microseconds", "ebpf_bio_req_latency", "Block I/O request latency, in microseconds", "",
       1e3},
      {"seconds", "ebpf_bio_req_latency_seconds", "Block I/O request latency", "seconds", 1e9},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.unit);
    const Probe probe = open_bio("bio", {{"bio_req_latency", {c.unit, {}, {}}}});
    const Family family = family_of(probe.metrics()[0], "ebpf");
    EXPECT_EQ(family.name, c.name);
    EXPECT_EQ(family.help, c.help);
    EXPECT_EQ(family.unit, c.metadata_unit);
    EXPECT_EQ(family.divisor, c.divisor);
    EXPECT_EQ(family.type, MetricType::kHistogram);
    EXPECT_EQ(family.bounds, probe.metrics()[0].layout.bounds);
  }
}

TEST(Collector, TakesTheSameProgramTwiceOnlyInOtherUnits) {
  const FakeFilesystem filesystem;
  Collector collector("ebpf", filesystem);
  EXPECT_TRUE(collector.add(open_bio("bio", {})));
  EXPECT_TRUE(collector.add(open_bio(
      "base", {{"bio_req_latency", {"seconds", {}, {}}}, {"bio_req_size", {"bytes", {}, {}}}})));
  const Result<void> again =
      collector.add(open_bio("again", {{"bio_req_size", {"mebibytes", {}, {}}}}));
  EXPECT_EQ(again, Error(Errc::kInvalidConfig, ""));
  EXPECT_EQ(again.error().message(),
            "programs bio and again both make the metric ebpf_bio_req_latency; give one of them "
            "another unit, or "
            "leave one out");
}

}  // namespace
}  // namespace bpfpush
