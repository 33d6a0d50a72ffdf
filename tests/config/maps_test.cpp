#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "config/test_environment.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Result<Config> parse(const std::string& map) {
  return parse_config("programs:\n  - maps:\n      - " + map + "\n", "f.yaml", environment_of());
}

TEST(Maps, AreReadWithAllThatIsSaidOfThem) {
  const auto config = parse(
      "{pinned: /sys/fs/bpf/a, name: a_seconds, help: A., unit: seconds, "
      "measured_unit: nanoseconds, buckets: {type: explicit, bounds: [1]}, labels: [{name: d, "
      "size: 4, padding: 2, decoders: [uint, {name: static_map, static_map: {1: one}}]}]}");
  ASSERT_TRUE(config) << config.error().message();
  ASSERT_EQ(config->programs.at(0).maps.size(), 1u);
  const MapConfig& map = config->programs[0].maps[0];
  EXPECT_EQ(map.pinned, "/sys/fs/bpf/a");
  EXPECT_EQ(map.name, "a_seconds");
  EXPECT_EQ(map.type, "histogram");
  EXPECT_EQ(map.measured_unit, "nanoseconds");
  EXPECT_EQ(map.buckets->bounds, std::vector<double>{1});
  ASSERT_TRUE(map.labels);
  EXPECT_EQ(map.labels->at(0).padding, 2u);
  EXPECT_EQ(map.labels->at(0).decoders.at(0).name, "uint");
  EXPECT_EQ(map.labels->at(0).decoders.at(1).static_map.at("1"), "one");
  EXPECT_EQ(map.where, "f.yaml:3");
}

TEST(Maps, MayHaveALabelLeWhereThatIsNoBound) {
  EXPECT_TRUE(parse("{name: a, id: 1, type: gauge, labels: [{name: le}]}"));
  EXPECT_TRUE(parse("{name: a, id: 1, bucket_type: exp2, bucket_max: 2, labels: [{name: le}]}"));
}

TEST(Maps, CanHaveAnEntryForEachBucketAsThoseOfEbpfExporter) {
  const auto config = parse(
      "{id: 1, name: a_seconds, bucket_type: exp2zero, bucket_max: 26, bucket_multiplier: 0.001}");
  ASSERT_TRUE(config) << config.error().message();
  const MapConfig& map = config->programs[0].maps.at(0);
  ASSERT_TRUE(map.entries);
  EXPECT_EQ(map.entries->type, "exp2zero");
  EXPECT_EQ(map.entries->max, 26);
  EXPECT_EQ(map.entries->multiplier, 0.001);
}

TEST(Maps, SayWhatIsWrongWithThem) {
  struct Case {
    const char* map;
    const char* words;
  };
  const Case cases[] = {
      {"{name: a}", "either pinned, the path of the map, or its id"},
      {"{name: a, id: 1, pinned: /a}", "either pinned, the path of the map, or its id"},
      {"{name: a, pinned: a}", "no absolute path"},
      {"{name: a b, id: 1}", "no metric name"},
      {"{name: a, id: 0}", "id"},
      {"{name: a, id: 1, type: summary}", "histogram"},
      {"{name: a, id: 1, value: x}", "for counters and gauges"},
      {"{name: a, id: 1, type: gauge, slots: {count: 3}}", "are for histograms"},
      {"{name: a, id: 1, slots: {offset: 3}}", "needs a count"},
      {"{name: a, id: 1, slots: {count: 3, size: 5}}", "4 or 8 bytes"},
      {"{name: a, id: 1, labels: [{name: l, size: 4}]}", "needs decoders"},
      {"{name: a, id: 1, labels: [{name: le}]}", "may not be called \"le\""},
      {"{name: a, id: 1, labels: [{name: __name__}]}", "no label name"},
      {"{name: a, id: 1, labels: [{name: l}, {name: l}]}", "a second label"},
      {"{name: a, id: 1, labels: [{name: l}, {name: m, size: 1, decoders: [hex]}]}", "or none"},
      {"{name: a, id: 1, bucket_type: exp3}", "exp2zero"},
      {"{name: a, id: 1, bucket_type: exp2, bucket_min: 3, bucket_max: 2}", "below bucket_min"},
      {"{name: a, id: 1, bucket_type: exp2, slots: {count: 3}}", "an entry for each bucket"},
      {"{name: a, id: 1, bucket_type: exp2, unit: seconds}", "bucket_multiplier makes the unit"},
      {"{name: a, id: 1, type: counter, bucket_type: exp2}", "are for histograms"},
      {"{name: a, id: 1, lables: []}", "labels"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.map);
    const auto config = parse(c.map);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message(), StartsWith("f.yaml:3: programs[0].maps[0]"));
    EXPECT_THAT(config.error().message(), HasSubstr(c.words));
  }
}

}  // namespace
}  // namespace bpfpush
