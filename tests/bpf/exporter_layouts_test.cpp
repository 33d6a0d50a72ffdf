// Goal: what ebpf_exporter would show for a map state is what we show, line for line. Method: its
// maps filled from user space in the real kernel, and an independent renderer.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <set>

#include "exporter_fixture.hpp"
#include "exporter_text.hpp"
#include "probe/map_reader.hpp"
#include "probe/post_attach_mark.hpp"

namespace bpfpush {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

struct RequestKey {
  std::uint32_t device;
  std::uint8_t operation;
  std::uint8_t padding[3];
  std::uint64_t slot;
};

struct TaskKey {
  char command[8];
  std::uint32_t state;
  std::uint16_t port;
  std::uint8_t padding[2];
};

class ExporterLayouts : public ExporterTest {
 protected:
  void SetUp() override {
    ExporterTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    cpus_ = possible_cpu_count().value();
  }

  template <typename Key>
  void set(const std::string& map, const Key& key, std::uint64_t value) {
    EXPECT_EQ(bpf_map_update_elem(own_map_fd(map), &key, &value, BPF_ANY), 0) << map;
  }

  // CPU i holds value + i.
  template <typename Key>
  void set_per_cpu(const std::string& map, const Key& key, std::uint64_t value) {
    std::vector<std::uint64_t> values(cpus_);
    for (std::size_t i = 0; i < cpus_; ++i) values[i] = value + i;
    EXPECT_EQ(bpf_map_update_elem(own_map_fd(map), &key, values.data(), BPF_ANY), 0) << map;
  }

  std::uint64_t sum_over_cpus(std::uint64_t value) const {
    return cpus_ * value + cpus_ * (cpus_ - 1) / 2;
  }

  // Fills a histogram of requests with `entries` at random, and notes them.
  void fill_requests(const std::string& map, int slots, ExporterHistogram& histogram) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 200; ++i) {
      RequestKey key{};
      key.device = static_cast<std::uint32_t>(random() % 3);
      key.operation = static_cast<std::uint8_t>(random() % 2 == 0 ? 255 : 1);
      key.slot = random() % static_cast<std::uint64_t>(slots);
      const std::uint64_t value = random() >> (random() % 64);
      set(map, key, value);
      const std::string labels = "device=\"" + std::to_string(key.device) + "\",operation=\"" +
                                 std::to_string(key.operation) + "\"";
      histogram.slots[labels][static_cast<int>(key.slot)] = value;
    }
  }

  static std::vector<std::string> sorted(std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  std::size_t cpus_ = 0;
};

TEST_F(ExporterLayouts, ShowHistogramsAsEbpfExporterDoes) {
  load({"layouts"});
  // Slots beyond the sum's are there too: they count for nothing.
  ExporterHistogram exp2{"exp2", 0, 20, 0.000001, {}, {}};
  fill_requests("exp2_seconds", 25, exp2);
  EXPECT_EQ(lines("exp2_seconds"),
            sorted(exporter_histogram_text("exp2_seconds", "A histogram of powers of two", exp2)));

  ExporterHistogram exp2zero{"exp2zero", 0, 24, 1024, {}, {}};
  fill_requests("exp2zero_bytes", 29, exp2zero);
  EXPECT_EQ(lines("exp2zero_bytes"),
            sorted(exporter_histogram_text("exp2zero_bytes",
                                           "A histogram of powers of two and zero", exp2zero)));

  ExporterHistogram linear{"linear", 1, 4, 0.1, {}, {}};
  for (std::uint32_t slot = 0; slot < 6; ++slot) {  // slot 0 is below bucket_min
    set("linear_seconds", slot, 10 + slot);
    linear.slots[""][static_cast<int>(slot)] = 10 + slot;
  }
  EXPECT_EQ(lines("linear_seconds"), sorted(exporter_histogram_text(
                                         "linear_seconds", "A histogram of equal steps", linear)));

  ExporterHistogram fixed{"fixed", 0, 0, 1, {1, 5, 10, 50.5, 90}, {}};
  for (const std::uint32_t slot : {1u, 2u, 5u, 50u, 90u, 91u}) {
    set_per_cpu("fixed_percent", slot, slot);
    fixed.slots[""][static_cast<int>(slot)] = sum_over_cpus(slot);
  }
  EXPECT_EQ(lines("fixed_percent"),
            sorted(exporter_histogram_text("fixed_percent",
                                           "A histogram of chosen steps, CPUs summed", fixed)));
}

TEST_F(ExporterLayouts, ShowAnArrayThatHasCountedNothingAsEbpfExporterDoes) {
  load({"layouts"});
  const ExporterHistogram linear{"linear", 1, 4, 0.1, {}, {{"", {}}}};
  EXPECT_EQ(lines("linear_seconds"), sorted(exporter_histogram_text(
                                         "linear_seconds", "A histogram of equal steps", linear)));
}

TEST_F(ExporterLayouts, ShowCountersAsEbpfExporterDoes) {
  load({"layouts"});
  set("tasks_total", TaskKey{"write", 4, 80, {}}, 3);
  set("tasks_total", TaskKey{"write", 4, 80, {1, 2}}, 4);        // differs in padding alone: added
  set("tasks_total", TaskKey{"write", 9, 443, {}}, 1ull << 53);  // a state that has no name
  set("tasks_total", TaskKey{"xargs", 0, 1, {}}, 5);
  set("tasks_total", TaskKey{"x11", 0, 1, {}}, 6);      // the regexp makes both "x": added
  set("tasks_total", TaskKey{"dropped", 0, 1, {}}, 7);  // no regexp matches
  EXPECT_EQ(lines("tasks_total"),
            sorted(exporter_counter_text(
                "tasks_total", "A counter with padding, text, a map of names and a filter",
                {{R"(command="write",state="busy",port="80")", 7},
                 {R"(command="write",state="unknown:9",port="443")", 1ull << 53},
                 {R"(command="x",state="idle",port="1")", 11}})));

  set_per_cpu("port_cpu_total", std::uint16_t{0x50}, 100);
  ExporterCounts by_cpu, by_port;
  for (std::size_t i = 0; i < cpus_; ++i) {
    const std::string cpu = "cpu=\"" + std::to_string(i) + "\"";
    by_cpu[cpu] = 0;
    by_port["port=\"5000\"," + cpu] = 100 + i;
  }
  EXPECT_EQ(
      lines("port_cpu_total"),
      sorted(exporter_counter_text("port_cpu_total", "A counter by CPU and another", by_port)));
  EXPECT_EQ(lines("cpu_total"),
            sorted(exporter_counter_text("cpu_total", "A counter by CPU alone", by_cpu)));

  set("unlabelled_total", std::uint32_t{0}, 12);
  EXPECT_EQ(
      lines("unlabelled_total"),
      sorted(exporter_counter_text("unlabelled_total", "A counter without labels", {{"", 12}})));
}

TEST_F(ExporterLayouts, TakeAnotherKeyOfAnUnlabelledMapForAnError) {
  load({"layouts"});
  set("unlabelled_total", std::uint32_t{1}, 12);
  EXPECT_TRUE(lines("unlabelled_total").empty());
  const auto& maps = collector_.maps();
  const auto state = std::find_if(
      maps.begin(), maps.end(), [](const MapState& map) { return map.map == "unlabelled_total"; });
  ASSERT_NE(state, maps.end());
  EXPECT_EQ(state->read_errors, 1u);
}

// What ebpf_exporter does not do, or does wrong.

TEST_F(ExporterLayouts, TakeSizesPaddingAndEnumeratorsFromTheObjectWhereTheConfigurationIsSilent) {
  load({"layouts"});
  set_per_cpu("states_total", TaskKey{"sh", 4, 80, {}}, 1);
  EXPECT_THAT(lines("states_total"),
              Contains(R"(ebpf_exporter_states_total{command="sh",state="busy",port="80"} )" +
                       std::to_string(sum_over_cpus(1))));
}

TEST_F(ExporterLayouts, ShowAHistogramForEachCpu) {
  load({"layouts"});
  for (std::uint32_t slot = 0; slot < 5; ++slot) set_per_cpu("by_cpu_seconds", slot, slot * 10);
  const auto shown = lines("by_cpu_seconds");
  for (std::size_t i = 0; i < cpus_; ++i) {
    const std::string cpu = "{cpu=\"" + std::to_string(i) + "\"";
    const std::string name = "ebpf_exporter_by_cpu_seconds";
    const auto number = [&](std::uint64_t value) { return std::to_string(value); };
    EXPECT_THAT(shown, IsSupersetOf({name + "_bucket" + cpu + ",le=\"1\"} " + number(i),
                                     name + "_bucket" + cpu + ",le=\"2\"} " + number(10 + 2 * i),
                                     name + "_bucket" + cpu + ",le=\"8\"} " + number(60 + 4 * i),
                                     name + "_sum" + cpu + "} " + number(40 + i),
                                     name + "_count" + cpu + "} " + number(60 + 4 * i)}));
  }
}

TEST_F(ExporterLayouts, ShowNoSumThatTheMapHasNoRoomFor) {
  load({"layouts"});
  const auto shown = lines("without_sum");
  EXPECT_THAT(shown, Contains("ebpf_exporter_without_sum_count 0"));
  EXPECT_THAT(shown, Not(Contains(HasSubstr("_sum_sum"))));
}

TEST_F(ExporterLayouts, CountTheLastSlotUnderInfinityAloneWhereAskedTo) {
  load({"layouts"}, true);
  for (std::uint32_t slot = 0; slot < 6; ++slot) set("linear_seconds", slot, 1);
  EXPECT_EQ(
      lines("linear_seconds"),
      sorted({"# HELP ebpf_exporter_linear_seconds A histogram of equal steps",
              "# TYPE ebpf_exporter_linear_seconds histogram",
              R"(ebpf_exporter_linear_seconds_bucket{le="0.1"} 1)",
              R"(ebpf_exporter_linear_seconds_bucket{le="0.2"} 2)",
              R"(ebpf_exporter_linear_seconds_bucket{le="0.30000000000000004"} 3)",
              R"(ebpf_exporter_linear_seconds_bucket{le="+Inf"} 4)",
              "ebpf_exporter_linear_seconds_sum 0.1", "ebpf_exporter_linear_seconds_count 4"}));
}

TEST_F(ExporterLayouts, OfTwoConfigurationsMayNotHaveAMetricInCommon) {
  EXPECT_THAT(open({"layouts", "layouts"}),
              AllOf(HasSubstr("programs layouts and layouts both make the metric "
                              "ebpf_exporter_tasks_total")));
}

TEST(GoNumber, IsWhatGoWrites) {
  const std::map<double, std::string> cases = {
      {0, "0"},
      {1, "1"},
      {0.1, "0.1"},
      {100000, "100000"},
      {1e6, "1e+06"},
      {1048576, "1.048576e+06"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {123456.7, "123456.7"},
      {3 * 0.1, "0.30000000000000004"},
  };
  for (const auto& [value, want] : cases) EXPECT_EQ(go_number(value), want);
}

}  // namespace
}  // namespace bpfpush
