#include "probe/probe.hpp"

#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "probe/builtin.hpp"
#include "probe/map_reader.hpp"
#include "support/requirement.hpp"
#include "test_object.hpp"

namespace bpfpush {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string open_failure(const ProbeOptions& options) {
  const auto probe = Probe::open(options);
  return probe ? "opened" : probe.error().message();
}

ProbeOptions bio_options() {
  ProbeOptions options;
  options.name = "bio";
  options.object = find_builtin_program("bio")->object;
  return options;
}

TEST(ProbeOpen, FindsOutFromTheObjectItself) {
  const Probe probe = Probe::open(bio_options()).value();
  ASSERT_EQ(probe.metrics().size(), 2u);
  const MetricMap& latency = probe.metrics()[0];
  EXPECT_EQ(latency.name, "bio_req_latency");
  EXPECT_EQ(latency.help, "Block I/O request latency");
  EXPECT_EQ(latency.unit->name, "microseconds");
  EXPECT_EQ(latency.measured_per_exported, 1'000u);
  EXPECT_EQ(latency.layout.bounds.size(), 32u);
  EXPECT_EQ(latency.max_entries, 1'024u);
  ASSERT_EQ(latency.key.fields.size(), 2u);
  EXPECT_EQ(
      latency.key.fields[0],
      (KeyField{"device", 0, 4, FieldKind::kUnsigned, {{"majorminor", {}, false, {}, true}}, {}}));
  EXPECT_EQ(latency.key.fields[1].name, "operation");
  EXPECT_EQ(latency.key.fields[1].kind, FieldKind::kEnum);
  EXPECT_EQ(latency.key.fields[1].enumerators.at(3), "discard");
  EXPECT_EQ(probe.metrics()[1].layout.bounds.size(), 16u);
}

TEST(ProbeOpen, FlattensKeysAndKnowsTheirTypes) {
  const auto object = test_object("observe");
  const Probe probe = Probe::open(test_object_options("observe", object)).value();
  const KeySchema& key = probe.metrics()[0].key;
  EXPECT_THAT(
      key.fields,
      ElementsAre(KeyField{"id", 0, 4, FieldKind::kUnsigned, {}, {}},
                  KeyField{"colour", 4, 4, FieldKind::kEnum, {}, {{0, "red"}, {5, "green"}}},
                  KeyField{"name", 8, 6, FieldKind::kString, {}, {}},
                  KeyField{"row", 14, 2, FieldKind::kUnsigned, {}, {}},
                  KeyField{"column", 16, 1, FieldKind::kSigned, {}, {}}));
  EXPECT_EQ(key.key_size, 20u);
}

TEST(ProbeOpen, TakesBoundsOfEveryTypeFromTheObject) {
  const auto object = test_object("forms");
  const Probe probe = Probe::open(test_object_options("forms", object)).value();
  const auto bounds_of = [&](const std::string& map) {
    for (const MetricMap& metric : probe.metrics()) {
      if (metric.name == map) return metric.layout.bounds;
    }
    return std::vector<double>();
  };
  EXPECT_THAT(bounds_of("dense_histogram"), ElementsAre(0.001, 0.3, 1, 10));
  EXPECT_THAT(bounds_of("lone_histogram"), ElementsAre(0.5, 1, 1.5, 2));
  EXPECT_THAT(bounds_of("zero_histogram"), ElementsAre(0, 0.5, 1, 2));
  EXPECT_EQ(bounds_of("native_histogram").at(1), 16);
}

TEST(ProbeOpen, CountersTakeAnotherUnitAndSizeButNoBounds) {
  const auto object = test_object("forms");
  ProbeOptions options = test_object_options("forms", object);
  options.histograms = {{"dense_counter", {"milliseconds", {}, {}, {}}},
                        {"sparse_counter", {{}, {}, 99, {}}}};
  const Probe probe = Probe::open(options).value();
  for (const MetricMap& metric : probe.metrics()) {
    if (metric.name == "dense_counter") {
      EXPECT_EQ(metric.measured_per_exported, 1'000'000u);
    }
    if (metric.name == "sparse_counter") {
      EXPECT_EQ(metric.max_entries, 99u);
    }
  }
  options.histograms = {{"sparse_counter", {{}, Exp2Buckets{0, 3}, {}, {}}}};
  EXPECT_THAT(open_failure(options), HasSubstr("metric sparse_counter: only a histogram has"));
}

// The lines of the example in the header's comment, as they would stand in a program.
std::vector<std::string> example_lines() {
  std::ifstream header(BPFPUSH_SOURCES "/bpf/histogram.bpf.h");
  std::vector<std::string> lines;
  for (std::string line; std::getline(header, line) && line != "#pragma once";) {
    constexpr std::string_view kIndented = " *\t";
    if (line.starts_with(kIndented) && line != " *\t...") lines.push_back(line.substr(2));
  }
  return lines;
}

TEST(HistogramHeader, TheExampleInItsHeadIsOneThatCompiles) {
  std::ifstream file(BPFPUSH_SOURCES "/tests/bpf/objects/example.bpf.c");
  const std::string example{std::istreambuf_iterator<char>(file), {}};
  const auto lines = example_lines();
  EXPECT_GT(lines.size(), 10u);
  for (const std::string& line : lines) EXPECT_THAT(example, HasSubstr(line + "\n"));
  const auto object = test_object("example");
  const Probe probe = Probe::open(test_object_options("example", object)).value();
  EXPECT_EQ(probe.metrics().size(), 3u);
}

TEST(ProbeOpen, AnotherUnitKeepsTheProposedRange) {
  ProbeOptions options = bio_options();
  options.histograms = {{"bio_req_latency", {"seconds", {}, {}}}};
  const Probe probe = Probe::open(options).value();
  const BucketLayout& layout = probe.metrics()[0].layout;
  EXPECT_EQ(layout.bounds.front(), 1e-6);
  EXPECT_EQ(layout.bounds.back(), 2147.483648);
  EXPECT_EQ(layout.measured_bounds.front(), 1'000u);
  EXPECT_EQ(layout.measured_bounds.back(), 2'147'483'648'000u);
}

TEST(ProbeOpen, SaysWhatIsWrongWithWhatWasAskedFor) {
  struct Case {
    const char* name;
    std::map<std::string, std::string> settings;
    std::map<std::string, HistogramOptions> histograms;
    const char* want;
  };
  const Case cases[] = {
      {"unknown histogram",
       {},
       {{"bio_latency", {}}},
       "no metric \"bio_latency\"; there is bio_req_latency"},
      {"unknown unit", {}, {{"bio_req_size", {"furlongs", {}, {}}}}, "unknown unit \"furlongs\""},
      {"wrong dimension",
       {},
       {{"bio_req_size", {"seconds", {}, {}}}},
       "\"bytes\" cannot be shown in \"seconds\""},
      {"impossible bounds",
       {},
       {{"bio_req_size", {{}, ExplicitBuckets{{2, 1}}, {}}}},
       "must ascend"},
      {"unknown setting", {{"speed", "1"}}, {}, "no setting \"speed\"; there is device_time"},
      {"setting of another type", {{"device_time", "7"}}, {}, "\"device_time\" is true or false"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ProbeOptions options = bio_options();
    options.settings = c.settings;
    options.histograms = c.histograms;
    EXPECT_THAT(open_failure(options), AllOf(HasSubstr("program bio: "), HasSubstr(c.want)));
  }
}

TEST(ProbeLoad, SaysWhyTheKernelRefusesAProgram) {
  REQUIRE_OF_MACHINE(require_bpf());
  const auto object = test_object("refused");
  Probe probe = Probe::open(test_object_options("refused", object)).value();
  const Result<void> loaded = probe.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, make_error_code(Errc::kUnsupported));
  EXPECT_THAT(loaded.error().message(),
              AllOf(HasSubstr("program refused does not load on this kernel"),
                    HasSubstr("invalid bpf_context access")));
}

std::map<std::string, std::string> reasons_by_program(const Probe& probe) {
  std::map<std::string, std::string> reasons;
  for (const ProgramStatus& program : probe.programs()) {
    EXPECT_EQ(program.attached, program.reason.empty()) << program.name;
    reasons[program.name] = program.reason;
  }
  return reasons;
}

TEST(ProbeLoad, AProgramThatFailsTakesDownNothingElse) {
  REQUIRE_OF_MACHINE(require_bpf());
  const auto object = test_object("partial");
  Probe probe = Probe::open(test_object_options("partial", object)).value();
  const Result<void> loaded = probe.load();
  ASSERT_TRUE(loaded) << loaded.error().message();
  auto reasons = reasons_by_program(probe);
  EXPECT_EQ(reasons.size(), 4u) << "neither the one that is run, nor the one that is not wanted";
  EXPECT_EQ(reasons.at("accepted"), "");
  EXPECT_EQ(reasons.at("of_no_type"),
            "does not load: this kernel has no tracepoint no_such_event (errno 3, ESRCH)");
  EXPECT_EQ(reasons.at("of_no_event"),
            "does not attach: this kernel has no tracepoint no_such_event (errno 2, ENOENT)");
  EXPECT_THAT(reasons.at("refused"), AllOf(HasSubstr("does not load: Permission denied (errno 13, "
                                                     "EACCES), invalid bpf_context access")));
}

TEST(ProbeLoad, WhatIsLeftOfAnObjectCounts) {
  REQUIRE_OF_MACHINE(require_bpf());
  const auto object = test_object("partial");
  Probe probe = Probe::open(test_object_options("partial", object)).value();
  ASSERT_TRUE(probe.load());
  std::uint64_t value = 5;
  LIBBPF_OPTS(bpf_test_run_opts, options);
  options.ctx_in = &value;
  options.ctx_size_in = sizeof value;
  ASSERT_EQ(bpf_prog_test_run_opts(probe.program_fd("observe"), &options), 0);
  MapRows rows;
  ASSERT_TRUE(probe.source(0)->read(rows));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.row(0)[0], 5u);
}

TEST(ProbeLoad, AnObjectOfWhichNothingLoadsSaysWhyForEachProgram) {
  REQUIRE_OF_MACHINE(require_bpf());
  const auto object = test_object("refused");
  Probe probe = Probe::open(test_object_options("refused", object)).value();
  ASSERT_FALSE(probe.load());
  const auto reasons = reasons_by_program(probe);
  ASSERT_EQ(reasons.size(), 1u);
  EXPECT_THAT(reasons.at("refused_program"), HasSubstr("invalid bpf_context access"));
}

class MapReaderTest : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }
};

std::set<std::uint32_t> ids_of(const MapRows& rows) {
  std::set<std::uint32_t> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint32_t id = 0;
    std::memcpy(&id, rows.key(i).data(), sizeof id);
    EXPECT_TRUE(ids.insert(id).second) << id << " is there twice";
  }
  return ids;
}

TEST_F(MapReaderTest, ReadsManyBatchesAndKeyByKeyAlike) {
  constexpr std::uint32_t kKeys = 3'000;
  HistogramOptions options;
  options.max_entries = kKeys;
  Observer observer(options);
  for (std::uint32_t id = 0; id < kKeys; ++id) observer.observe(id, id, 2);
  const MetricMap& histogram = observer.histogram();
  MapReader reader(
      observer.probe().map_fd("observed"),
      {"observed", histogram.key.key_size, histogram.row_size(), possible_cpu_count().value()});
  MapRows batches, walked;
  ASSERT_TRUE(reader.read(batches));
  ASSERT_TRUE(reader.read_key_by_key(walked));
  EXPECT_EQ(ids_of(batches).size(), kKeys);
  EXPECT_EQ(ids_of(walked), ids_of(batches));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) sum += batches.row(i)[0];
  EXPECT_EQ(sum, std::uint64_t{kKeys} * (kKeys - 1));
}

TEST_F(MapReaderTest, ABucketLargerThanTheBatchMakesTheBatchGrow) {
  // 64 entries in 64 buckets: some bucket holds more than the one entry a batch has room for.
  HistogramOptions options;
  options.max_entries = 64;
  Observer observer(options);
  for (std::uint32_t id = 0; id < 64; ++id) observer.observe(id, 1);
  const MetricMap& histogram = observer.histogram();
  MapShape shape{"observed", histogram.key.key_size, histogram.row_size(),
                 possible_cpu_count().value()};
  MapReader reader(observer.probe().map_fd("observed"), shape, 1);
  MapRows rows;
  ASSERT_TRUE(reader.read(rows));
  EXPECT_EQ(ids_of(rows).size(), 64u);
}

TEST_F(MapReaderTest, AnEmptyMapHasNoRows) {
  Observer observer;
  EXPECT_TRUE(observer.rows().empty());
}

}  // namespace
}  // namespace bpfpush
