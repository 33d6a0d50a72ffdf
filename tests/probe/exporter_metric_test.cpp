#include "probe/exporter_metric.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Kind = MapFacts::Kind;

const std::vector<DecoderSpec> kUint = {{.name = "uint"}};
const std::vector<DecoderSpec> kHex = {{.name = "hex"}};

ExporterMetric counter(std::vector<MapLabel> labels) {
  ExporterMetric metric;
  metric.name = "things_total";
  metric.help = "Things";
  metric.labels = std::move(labels);
  return metric;
}

ExporterMetric histogram(std::vector<MapLabel> labels) {
  ExporterMetric metric = counter(std::move(labels));
  metric.buckets = SlotBuckets{SlotBuckets::Type::kExp2, 0, 3, 0.5, {}};
  return metric;
}

MapFacts facts(Kind kind, std::size_t key_size, std::size_t max_entries = 100) {
  MapFacts facts;
  facts.kind = kind;
  facts.key_size = key_size;
  facts.value_size = 8;
  facts.max_entries = max_entries;
  facts.key_by_btf = KeySchema{key_size,
                               {{"kind", 0, 4, FieldKind::kEnum, {}, {{1, "one"}}},
                                {"port", 8, 2, FieldKind::kUnsigned, {}, {}}}};
  return facts;
}

MapFacts per_cpu(MapFacts facts) {
  facts.per_cpu = true;
  return facts;
}

TEST(ExporterMetric, LaysItsLabelsOverTheKey) {
  const auto map = lay_out_exporter_metric(counter({{"a", 4, 4, kUint}, {"b", 2, 6, kHex}}),
                                           facts(Kind::kHash, 16))
                       .value();
  EXPECT_EQ(map.family.name, "ebpf_exporter_things_total");
  EXPECT_EQ(map.family.help, "Things");
  EXPECT_EQ(map.family.type, MetricType::kCounter);
  EXPECT_THAT(map.key.fields, ElementsAre(KeyField{"a", 0, 4, FieldKind::kBytes, kUint, {}},
                                          KeyField{"b", 8, 2, FieldKind::kBytes, kHex, {}}));
  EXPECT_EQ(map.key.key_size, 16u);
  EXPECT_FALSE(map.slot || map.cpus_apart || map.only_key_zero);
}

TEST(ExporterMetric, TakesSizesAndTypesFromTheObjectWhereTheConfigurationHasNone) {
  const KeyField kind{"kind", 0, 4, FieldKind::kEnum, {}, {{1, "one"}}};
  const auto by_name = lay_out_exporter_metric(counter({{"port", 0, 0, kHex}, {"kind", 0, 0, {}}}),
                                               facts(Kind::kHash, 12))
                           .value();
  EXPECT_THAT(by_name.key.fields,
              ElementsAre(KeyField{"port", 8, 2, FieldKind::kBytes, kHex, {}}, kind));
  KeyField renamed = kind;
  renamed.name = "a";
  const auto by_order = lay_out_exporter_metric(counter({{"a", 4, 0, {}}, {"b", 0, 0, kUint}}),
                                                facts(Kind::kHash, 12))
                            .value();
  EXPECT_THAT(by_order.key.fields,
              ElementsAre(renamed, KeyField{"b", 8, 2, FieldKind::kBytes, kUint, {}}));
}

TEST(ExporterMetric, FollowsTheRuleOfTheCpuLabel) {
  const MapLabel cpu{"cpu", 2, 0, kUint};
  const auto appended =
      lay_out_exporter_metric(counter({{"a", 4, 0, kUint}, cpu}), per_cpu(facts(Kind::kHash, 4)))
          .value();
  EXPECT_TRUE(appended.cpus_apart);
  EXPECT_EQ(appended.map_key_size, 4u);
  EXPECT_EQ(appended.key.key_size, 6u);
  EXPECT_EQ(appended.key.fields[1], (KeyField{"cpu", 4, 2, FieldKind::kBytes, kUint, {}}));
  const auto alone =
      lay_out_exporter_metric(counter({cpu}), per_cpu(facts(Kind::kArray, 4))).value();
  EXPECT_TRUE(alone.cpus_apart && alone.only_key_zero);
  EXPECT_THAT(alone.key.fields, ElementsAre(KeyField{"cpu", 4, 2, FieldKind::kBytes, kUint, {}}));
  const auto shared = lay_out_exporter_metric(counter({cpu}), facts(Kind::kHash, 2)).value();
  EXPECT_FALSE(shared.cpus_apart) << "a map that is not per-CPU has an ordinary label cpu";
  EXPECT_EQ(shared.key.fields[0].offset, 0u);
  const auto summed =
      lay_out_exporter_metric(counter({{"a", 4, 0, kUint}}), per_cpu(facts(Kind::kHash, 4)))
          .value();
  EXPECT_FALSE(summed.cpus_apart);
  const auto by_bucket = lay_out_exporter_metric(histogram({{"bucket", 4, 0, kUint}, cpu}),
                                                 per_cpu(facts(Kind::kArray, 4)))
                             .value();
  EXPECT_TRUE(by_bucket.cpus_apart && by_bucket.slot);
  EXPECT_EQ(by_bucket.slot->offset, 0u);
  EXPECT_THAT(by_bucket.key.fields,
              ElementsAre(KeyField{"cpu", 4, 2, FieldKind::kBytes, kUint, {}}));
}

TEST(ExporterMetric, TakesAHistogramsLastLabelForTheSlot) {
  const auto map = lay_out_exporter_metric(histogram({{"a", 4, 4, kUint}, {"bucket", 8, 0, kUint}}),
                                           facts(Kind::kHash, 16))
                       .value();
  ASSERT_TRUE(map.slot);
  EXPECT_EQ(map.slot->offset, 8u);
  EXPECT_EQ(map.slot->size, 8u);
  EXPECT_EQ(map.key.fields.size(), 1u);
  EXPECT_EQ(map.family.bounds, (std::vector<double>{0.5, 1, 2, 4}));
  EXPECT_EQ(map.family.multiplier, 0.5);
  EXPECT_TRUE(map.family.has_sum);
  EXPECT_EQ(map.capacity, 20u) << "five entries each: four buckets and the sum";
}

TEST(ExporterMetric, HasASumWhereTheMapHasRoomForIt) {
  const std::vector<MapLabel> bucket = {{"bucket", 4, 0, kUint}};
  EXPECT_FALSE(
      lay_out_exporter_metric(histogram(bucket), facts(Kind::kArray, 4, 4)).value().family.has_sum);
  EXPECT_TRUE(
      lay_out_exporter_metric(histogram(bucket), facts(Kind::kArray, 4, 5)).value().family.has_sum);
}

TEST(ExporterMetric, SaysWhatDoesNotFitTheMap) {
  MapFacts narrow = facts(Kind::kHash, 4);
  narrow.value_size = 4;
  MapFacts silent = facts(Kind::kHash, 4);
  silent.key_by_btf = Error(Errc::kUnsupported, "the object says nothing");
  ExporterMetric events = counter({{"a", 4, 0, kUint}});
  events.perf_event_array = true;
  struct Case {
    ExporterMetric metric;
    MapFacts facts;
    const char* want;
  };
  const Case cases[] = {
      {counter({{"a", 4, 1, kUint}}), facts(Kind::kHash, 8),
       "have 5 bytes, and the keys of the map have 8 bytes"},
      {counter({{"a", 4, 0, kUint}}), narrow, "values of its map have 4 bytes; there must be 8"},
      {counter({{"a", 4, 0, kUint}}), facts(Kind::kOther, 4), "neither a hash nor an array"},
      {counter({{"a", 4, 0, kUint}}), facts(Kind::kPerfEventArray, 4), "perf_event_array: true"},
      {events, facts(Kind::kHash, 4), "is no perf_event_array"},
      {counter({{"a", 0, 0, kUint}}), silent, "without a size: the object says nothing"},
      {counter({{"a", 0, 0, kUint}}), facts(Kind::kHash, 12),
       "there are 1, and the object's key has 2"},
      {counter({{"kind", 0, 0, kUint}, {"port", 4, 0, kUint}}), facts(Kind::kHash, 12),
       "label port has 4 bytes, and 2 bytes in the object"},
      {histogram({{"a", 3, 0, kUint}}), facts(Kind::kHash, 3), "label a is the bucket"},
      {histogram({{"a", 4, 0, kHex}}), facts(Kind::kHash, 4), "decoded by uint"},
      {histogram({{"cpu", 2, 0, kUint}}), per_cpu(facts(Kind::kHash, 4)),
       "no label for the bucket"},
      {counter({{"cpu", 4, 0, kUint}}), per_cpu(facts(Kind::kHash, 4)), "has 2 bytes, not 4"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.want);
    const auto map = lay_out_exporter_metric(c.metric, c.facts);
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().code, make_error_code(Errc::kInvalidConfig));
    EXPECT_THAT(map.error().message(), HasSubstr("metric things_total: "));
    EXPECT_THAT(map.error().message(), HasSubstr(c.want));
  }
}

}  // namespace
}  // namespace bpfpush
