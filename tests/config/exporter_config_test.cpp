#include "config/exporter_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>

namespace bpfpush {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kEveryKey[] = R"(
metrics:
  counters:
    - name: timers_started_total
      help: Timers started
      labels:
        - name: function
          size: 8
          padding: 4
          decoders:
            - name: ksym
        - name: kind
          size: 4
          decoders:
            - name: uint
            - name: static_map
              allow_unknown: true
              static_map:
                0: soft
                1: ~
            - name: regexp
              regexps: ["^(s.*)$", "${x}"]
    - name: oom_kills_total
      help: OOM kills
      perf_event_array: true
      flush_interval: 90s
      labels: [{name: path, size: 8, decoders: [{name: uint}, {name: cgroup}]}]
    - name: unlabelled_total
      help: One number
  histograms:
    - name: bio_latency_seconds
      help: Block I/O latency
      bucket_type: exp2
      bucket_min: 0
      bucket_max: 26
      bucket_multiplier: 0.000001
      labels: [{name: device}, {name: bucket, size: 8, decoders: [{name: uint}]}]
    - name: sizes
      help: Sizes
      bucket_type: fixed
      bucket_multiplier: 0
      bucket_keys: [1, 5, 10.5]
      labels: [{name: bucket}]
kaddrs: [init_task]
cgroup_id_map:
  name: cgroups
  type: cgrp_storage
  regexps: ["^.*$"]
tracing: {spans: [{ringbuf: x}]}
)";

TEST(ExporterConfig, TakesEveryKeyOfTheFormat) {
  const ExporterConfig config = parse_exporter_config(kEveryKey, "f.yaml").value();
  ASSERT_EQ(config.metrics.size(), 5u);
  const ExporterMetricConfig& timers = config.metrics[0];
  EXPECT_EQ(timers.name, "timers_started_total");
  EXPECT_EQ(timers.help, "Timers started");
  EXPECT_EQ(timers.where, "f.yaml:4");
  EXPECT_FALSE(timers.buckets || timers.perf_event_array);
  EXPECT_THAT(timers.labels,
              ElementsAre(LabelConfig{"function", 8, 4, {{"ksym", {}, false, {}}}},
                          LabelConfig{"kind",
                                      4,
                                      0,
                                      {{"uint", {}, false, {}},
                                       {"static_map", {{"0", "soft"}, {"1", ""}}, true, {}},
                                       {"regexp", {}, false, {"^(s.*)$", "${x}"}}}}));
  EXPECT_TRUE(config.metrics[1].perf_event_array);
  EXPECT_EQ(config.metrics[1].flush_interval, std::chrono::seconds(90));
  EXPECT_TRUE(config.metrics[2].labels.empty());
  EXPECT_EQ(config.metrics[2].flush_interval, std::chrono::hours(1));
  EXPECT_EQ(config.metrics[3].buckets, (ExporterBucketsConfig{"exp2", 0, 26, 1e-6, {}}));
  EXPECT_EQ(config.metrics[3].labels[0].size, 0u);
  EXPECT_EQ(config.metrics[4].buckets, (ExporterBucketsConfig{"fixed", 0, 0, 1, {1, 5, 10.5}}));
  EXPECT_THAT(config.kaddrs, ElementsAre("init_task"));
  ASSERT_TRUE(config.cgroup_id_map);
  EXPECT_EQ(config.cgroup_id_map->name, "cgroups");
  EXPECT_EQ(config.cgroup_id_map->type, "cgrp_storage");
  EXPECT_THAT(config.cgroup_id_map->regexps, ElementsAre("^.*$"));
  EXPECT_TRUE(config.has_spans);
}

struct Case {
  const char* yaml;
  const char* want;  // how a fault begins
};

void expect_faults(std::span<const Case> cases, const std::string& before,
                   const std::string& after = "") {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.yaml);
    const auto config = parse_exporter_config(before + c.yaml + after, "f.yaml");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, make_error_code(Errc::kInvalidConfig));
    EXPECT_THAT(config.error().message(), StartsWith(c.want));
    EXPECT_EQ(config.error().message().find('\n'), std::string::npos) << config.error().message();
  }
}

TEST(ExporterConfig, FaultsOfTheFileNameLineAndKey) {
  const Case cases[] = {
      {"metrics: {}", "f.yaml:1: metrics: has neither"},
      {"", "f.yaml:1: must be a mapping"},
      {"a: [", "f.yaml:1: not YAML"},
      {"metrics: {gauges: []}\ntracing: {}", "f.yaml:1: metrics.gauges: unknown key"},
      {"tracing: {}\nkaddr: []", "f.yaml:2: kaddr: unknown key; did you mean \"kaddrs\"?"},
      {"tracing: {}\nkaddrs: a", "f.yaml:2: kaddrs: must be a list"},
      {"tracing: {}\ncgroup_id_map: {regexps: [a]}", "f.yaml:2: cgroup_id_map: needs the name"},
      {"tracing: {}\ncgroup_id_map: {name: m}", "f.yaml:2: cgroup_id_map: needs regexps"},
      {"tracing: {}\ncgroup_id_map: {name: m, type: array, regexps: [a]}",
       "f.yaml:2: cgroup_id_map.type: \"array\" is none of hash, cgrp_storage"},
  };
  expect_faults(cases, "");
}

TEST(ExporterConfig, FaultsOfACounterNameLineAndKey) {
  const Case cases[] = {
      {"{help: h}", "f.yaml:3: metrics.counters[0]: \"\" cannot end"},
      {"{name: a-b, help: h}", "f.yaml:3: metrics.counters[0].name: \"a-b\" cannot end"},
      {"{name: a}", "f.yaml:3: metrics.counters[0]: needs a help"},
      {"{name: a, help: h, bucket_type: exp2}",
       "f.yaml:3: metrics.counters[0].bucket_type: unknown"},
      {"{name: a, help: h, flush_interval: 60}", "f.yaml:3: metrics.counters[0].flush_interval: "},
      {"{name: a, help: h, perf_event_array: yes}",
       "f.yaml:3: metrics.counters[0].perf_event_array: "},
      {"{name: a, help: h, perf_event_array: true}", "f.yaml:3: metrics.counters[0]: needs labels"},
      {"{name: a, help: h, perf_event_array: true, labels: [{name: b}]}",
       "f.yaml:3: metrics.counters[0].labels: need sizes"},
      {"{name: a, help: h}\n  - {name: a, help: h}", "f.yaml:4: metrics.counters[1]: a second"},
  };
  expect_faults(cases, "metrics:\n  counters:\n  - ");
}

TEST(ExporterConfig, FaultsOfALabelNameLineAndKey) {
  const Case cases[] = {
      {"{}", "f.yaml:1: metrics.counters[0].labels[0]: \"\" is no label name"},
      {"{name: a.b}", "f.yaml:1: metrics.counters[0].labels[0].name: \"a.b\""},
      {"{name: a, size: 0, decoders: [{name: uint}]}",
       "f.yaml:1: metrics.counters[0].labels[0].size: 0 is out of range"},
      {"{name: a, size: 4}", "f.yaml:1: metrics.counters[0].labels[0]: needs decoders"},
      {"{name: a, padding: -1}", "f.yaml:1: metrics.counters[0].labels[0].padding: -1"},
      {"{name: a}, {name: a}", "f.yaml:1: metrics.counters[0].labels[1]: a second label"},
      {"{name: a, decoder: []}", "f.yaml:1: metrics.counters[0].labels[0].decoder: unknown key"},
      {"{name: a, decoders: [{}]}",
       "f.yaml:1: metrics.counters[0].labels[0].decoders[0]: needs a name"},
      {"{name: a, decoders: [{name: uint, regexp: a}]}",
       "f.yaml:1: metrics.counters[0].labels[0].decoders[0].regexp: unknown key"},
  };
  expect_faults(cases, "metrics: {counters: [{name: a, help: h, labels: [", "]}]}");
}

TEST(ExporterConfig, FaultsOfAHistogramNameLineAndKey) {
  const Case cases[] = {
      {"}", "f.yaml:1: metrics.histograms[0]: needs a bucket_type"},
      {", bucket_type: log2}", "f.yaml:1: metrics.histograms[0].bucket_type: \"log2\" is none of"},
      {", bucket_type: exp2, bucket_min: 3, bucket_max: 2}",
       "f.yaml:1: metrics.histograms[0].bucket_max: is below"},
      {", bucket_type: exp2, bucket_max: 1001}",
       "f.yaml:1: metrics.histograms[0].bucket_max: 1001 is out of range"},
      {", bucket_type: linear, bucket_max: 10000}",
       "f.yaml:1: metrics.histograms[0].bucket_max: makes more than 10000"},
      {", bucket_type: fixed}", "f.yaml:1: metrics.histograms[0]: needs bucket_keys"},
      {", bucket_type: fixed, bucket_keys: []}",
       "f.yaml:1: metrics.histograms[0].bucket_keys: needs at least one"},
      {", bucket_type: fixed, bucket_keys: [2, 1]}",
       "f.yaml:1: metrics.histograms[0].bucket_keys[1]: keys must ascend"},
      {", bucket_type: exp2, bucket_multiplier: -1}",
       "f.yaml:1: metrics.histograms[0].bucket_multiplier: must not be"},
  };
  expect_faults(cases, "metrics: {histograms: [{name: a, help: h, labels: [{name: b}]", "]}");
  const Case le[] = {{"", "f.yaml:1: metrics.histograms[0].labels: may not be called \"le\""}};
  expect_faults(le,
                "metrics: {histograms: [{name: a, help: h, bucket_type: exp2, labels: "
                "[{name: le}, {name: b}]}]}");
  const Case no_label[] = {{"metrics: {histograms: [{name: a, help: h, bucket_type: exp2}]}",
                            "f.yaml:1: metrics.histograms[0]: needs labels"}};
  expect_faults(no_label, "");
}

}  // namespace
}  // namespace bpfpush
