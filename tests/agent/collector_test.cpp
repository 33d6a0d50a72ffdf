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
            "programs bio and again both make the metric ebpf_bio_req_latency; leave one out, or "
            "give it another unit if it can have one");
}

// Two keys, "a\xff" and "b", each with a count of 1.
class TextSource final : public MetricSource {
 public:
  Result<void> read(MapRows& rows) override {
    const std::string keys("a\xff\0b\0\0", 6);
    rows = {3, 1, {}, {1, 1}};
    for (const char c : keys) rows.keys.push_back(static_cast<std::byte>(c));
    return {};
  }
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t>) override { return 0u; }
  std::chrono::nanoseconds counting_since() const override { return std::chrono::seconds(7); }
};

TEST(Collector, SaysSinceWhenASourceCounts) {
  const FakeFilesystem filesystem;
  Collector collector("ebpf", filesystem);
  for (const MetricType type : {MetricType::kCounter, MetricType::kGauge}) {
    CollectedMetric metric;
    metric.object = metric.map = "texts";
    metric.family.name = type == MetricType::kGauge ? "texts" : "texts_total";
    metric.family.type = type;
    metric.key = {3, {{"text", 0, 3, FieldKind::kString, {}, {}}}};
    metric.source = std::make_unique<TextSource>();
    collector.add(std::move(metric)).value();
  }
  std::vector<FamilySnapshot> families;
  collector.collect(families);
  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families[0].counting_since, std::chrono::seconds(7));
  EXPECT_EQ(families[1].counting_since, std::chrono::seconds(0)) << "a gauge has no beginning";
}

TEST(Collector, CountsALabelThatIsNotUtf8WhenItsSeriesAppears) {
  const FakeFilesystem filesystem;
  Collector collector("ebpf", filesystem);
  CollectedMetric metric;
  metric.object = "texts";
  metric.map = "texts";
  metric.family.name = "texts_total";
  metric.family.type = MetricType::kCounter;
  metric.key = {3, {{"text", 0, 3, FieldKind::kString, {}, {}}}};
  metric.source = std::make_unique<TextSource>();
  collector.add(std::move(metric)).value();
  EXPECT_EQ(collector.invalid_utf8(), 0u);
  std::vector<FamilySnapshot> families;
  for (int collection = 0; collection < 3; ++collection) collector.collect(families);
  EXPECT_EQ(families.back().series[0]->label_values.front(), "a\uFFFD");
  EXPECT_EQ(collector.invalid_utf8(), 1u);
}

TEST(Collector, NamesTheMetricAndTheLabelOfADecoderThatIsWrong) {
  const FakeFilesystem filesystem;
  Collector collector("ebpf", filesystem);
  CollectedMetric metric;
  metric.object = "texts";
  metric.map = "texts";
  metric.key = {3, {{"text", 0, 3, FieldKind::kBytes, {{"uint"}}, {}}}};
  const Result<void> added = collector.add(std::move(metric));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message(),
            "program texts: metric texts: label text: the decoder uint reads 1, 2, 4 or 8 bytes, "
            "and the field has 3");
}

}  // namespace
}  // namespace bpfpush
