// Maps that others made, of every layout, in the real kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <vector>

#include "agent/foreign_maps.hpp"
#include "env/posix_filesystem.hpp"
#include "foreign_objects.hpp"
#include "remote_write/text_format.hpp"
#include "support/eventually.hpp"
#include "support/requirement.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;

struct ToolKey {
  std::uint32_t cpu;
  std::uint32_t direction;
};
struct ToolHistogram {
  std::uint32_t slots[6];
  char comm[16];
};
struct WideHistogram {
  std::uint64_t sum;
  std::uint64_t slots[4];
};
struct Traffic {
  std::uint64_t packets;
  std::int32_t balance;
  std::uint32_t drops;
};

class ForeignMapTest : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_OF_MACHINE(require_bpf()); }

  static MapConfig by_id(std::uint32_t id, const std::string& name, const std::string& type) {
    MapConfig config;
    config.id = id;
    config.name = name;
    config.type = type;
    return config;
  }

  void add(const MapConfig& config) { add_foreign_maps({config}, collector_).value(); }

  // What is shown, without HELP.
  std::string shown() {
    Snapshot snapshot;
    collector_.collect(snapshot.families);
    for (FamilySnapshot& family : snapshot.families) {
      auto without_help = std::make_shared<Family>(*family.family);
      without_help->help.clear();
      family.family = without_help;
    }
    return to_text_format(snapshot);
  }

  // A value for each possible CPU.
  template <typename Value>
  static std::vector<Value> on_each_cpu(const Value& value) {
    return std::vector<Value>(possible_cpu_count().value(), value);
  }
  template <typename Key, typename Value>
  void set_on_each_cpu(const std::string& map, const Key& key, const Value& value) {
    const auto values = on_each_cpu(value);
    EXPECT_EQ(bpf_map_update_elem(maps_->fd(map), &key, values.data(), BPF_ANY), 0) << map;
  }

  std::uint64_t cpus() const { return possible_cpu_count().value(); }

  PosixFilesystem filesystem_;
  Collector collector_{"ebpf", filesystem_};
  std::optional<ForeignMaps> maps_;
};

TEST_F(ForeignMapTest, SlotsAreBucketsUpToTheLargestIntegerTheyHold) {
  maps_.emplace();
  maps_->set("tool", ToolKey{3, 1}, ToolHistogram{{1, 2, 0, 0, 0, 4}, "dd"});
  add(by_id(maps_->id("tool"), "tool", "histogram"));
  EXPECT_EQ(shown(), R"(# TYPE tool histogram
tool_bucket{cpu="3",direction="out",le="1"} 1
tool_bucket{cpu="3",direction="out",le="3"} 3
tool_bucket{cpu="3",direction="out",le="7"} 3
tool_bucket{cpu="3",direction="out",le="15"} 3
tool_bucket{cpu="3",direction="out",le="31"} 3
tool_bucket{cpu="3",direction="out",le="+Inf"} 7
tool_count{cpu="3",direction="out"} 7
)");
}

TEST_F(ForeignMapTest, SlotsAreShownInTheUnitThatIsAskedFor) {
  maps_.emplace();
  set_on_each_cpu("wide", std::uint32_t{0}, WideHistogram{9000, {1, 0, 1, 0}});
  MapConfig config = by_id(maps_->id("wide"), "wide_seconds", "histogram");
  config.unit = "seconds";
  config.measured_unit = "microseconds";
  add(config);
  const std::string text = shown();
  EXPECT_THAT(text, HasSubstr("wide_seconds_bucket{le=\"1e-06\"} " + std::to_string(cpus())));
  EXPECT_THAT(text, HasSubstr("wide_seconds_bucket{le=\"7e-06\"} " + std::to_string(2 * cpus())));
  EXPECT_THAT(text, HasSubstr("wide_seconds_sum 0.0" + std::to_string(9 * cpus())));
  EXPECT_THAT(text, HasSubstr("wide_seconds_count " + std::to_string(2 * cpus())));
}

TEST_F(ForeignMapTest, ASumAndCountersAreAHistogramOfTheGivenBounds) {
  maps_.emplace();
  const std::array<std::uint64_t, 4> row = {2'500'000'000, 1, 0, 1};
  set_on_each_cpu("row", std::uint16_t{80}, row);
  MapConfig config = by_id(maps_->id("row"), "row_seconds", "histogram");
  config.unit = "seconds";
  config.measured_unit = "nanoseconds";
  config.buckets = BucketsConfig{.type = "explicit", .bounds = {0.001, 1}};
  config.labels = {{LabelConfig{"port", 2, 0, {{"uint", {}, false, {}}}}}};
  add(config);
  const std::string text = shown();
  const std::string once = std::to_string(cpus());
  EXPECT_THAT(text, HasSubstr("row_seconds_bucket{port=\"80\",le=\"0.001\"} " + once + "\n"));
  EXPECT_THAT(text, HasSubstr("row_seconds_bucket{port=\"80\",le=\"1\"} " + once + "\n"));
  EXPECT_THAT(text, HasSubstr("row_seconds_count{port=\"80\"} " + std::to_string(2 * cpus())));
}

TEST_F(ForeignMapTest, AMemberOfAValueIsACounterOrAGauge) {
  maps_.emplace();
  set_on_each_cpu("traffic", std::uint32_t{0}, Traffic{5, -3, 2});
  maps_->set("temperature", std::uint32_t{1}, std::int32_t{-40});
  for (const char* member : {"packets", "drops", "balance"}) {
    const std::string type = std::string(member) == "balance" ? "gauge" : "counter";
    MapConfig config = by_id(maps_->id("traffic"), member, type);
    config.value = member;
    add(config);
  }
  add(by_id(maps_->id("temperature"), "temperature", "gauge"));
  const std::string n = std::to_string(cpus());
  EXPECT_EQ(shown(), "# TYPE packets counter\npackets{key=\"in\"} " + std::to_string(5 * cpus()) +
                         "\n# TYPE drops counter\ndrops{key=\"in\"} " + std::to_string(2 * cpus()) +
                         "\n# TYPE balance gauge\nbalance{key=\"in\"} -" +
                         std::to_string(3 * cpus()) +
                         "\n# TYPE temperature gauge\ntemperature{key=\"0\"} 0\n"
                         "temperature{key=\"1\"} -40\n");
}

TEST_F(ForeignMapTest, AMapIsReadOnceItIsThereAndAlsoWhenItIsReplaced) {
  const BpfFilesystem bpffs;
  MapConfig config;
  config.pinned = bpffs.path("temperature");
  config.name = "temperature";
  config.type = "counter";
  add(config);
  EXPECT_EQ(shown(), "");
  EXPECT_EQ(collector_.maps().front().read_errors, 1u);

  maps_.emplace();
  maps_->set("temperature", std::uint32_t{0}, std::int32_t{7});
  ASSERT_EQ(bpf_obj_pin(maps_->fd("temperature"), config.pinned.c_str()), 0);
  EXPECT_THAT(shown(), HasSubstr("temperature{key=\"0\"} 7\n"));
  EXPECT_EQ(collector_.maps().front().capacity, 2u);
  EXPECT_EQ(collector_.maps().front().read_errors, 1u);

  ASSERT_EQ(::unlink(config.pinned.c_str()), 0);
  maps_.emplace();
  maps_->set("temperature", std::uint32_t{0}, std::int32_t{5});
  ASSERT_EQ(bpf_obj_pin(maps_->fd("temperature"), config.pinned.c_str()), 0);
  EXPECT_THAT(shown(), HasSubstr("temperature{key=\"0\"} 12\n")) << "the counter goes on";
}

TEST_F(ForeignMapTest, AMapIsNotKeptAliveByBeingRead) {
  maps_.emplace();
  add(by_id(maps_->id("temperature"), "temperature", "gauge"));
  EXPECT_NE(shown(), "");
  maps_.reset();
  // The kernel frees a map some time after its last descriptor is closed.
  EXPECT_TRUE(eventually(std::chrono::seconds(60), [this] { return shown().empty(); }));
}

TEST_F(ForeignMapTest, ReadsAnEntryForEachBucket) {
  struct EntryKey {
    std::uint32_t device;
    std::uint32_t padding;
    std::uint64_t bucket;
  };
  const std::string want =
      "# TYPE waits_seconds histogram\n"
      "waits_seconds_bucket{device=\"7\",le=\"0.001\"} 2\n"
      "waits_seconds_bucket{device=\"7\",le=\"0.002\"} 2\n"
      "waits_seconds_bucket{device=\"7\",le=\"0.004\"} 5\n"
      "waits_seconds_bucket{device=\"7\",le=\"+Inf\"} 5\n"
      "waits_seconds_sum{device=\"7\"} 0.012\n"
      "waits_seconds_count{device=\"7\"} 5\n";
  maps_.emplace();
  maps_->set("entries", EntryKey{7, 0, 0}, std::uint64_t{2});
  maps_->set("entries", EntryKey{7, 0, 2}, std::uint64_t{3});
  maps_->set("entries", EntryKey{7, 0, 3}, std::uint64_t{12});  // the sum
  MapConfig config = by_id(maps_->id("entries"), "waits_seconds", "histogram");
  config.entries.emplace();
  config.entries->type = "exp2";
  config.entries->max = 2;
  config.entries->multiplier = 0.001;
  add(config);  // the labels by BTF
  EXPECT_THAT(shown(), HasSubstr(want));

  Collector other("ebpf", filesystem_);
  config.labels = {{"device", 4, 4, {{"uint", {}, false, {}}}},
                   {"bucket", 8, 0, {{"uint", {}, false, {}}}}};
  add_foreign_maps({config}, other).value();
  Snapshot snapshot;
  other.collect(snapshot.families);
  EXPECT_THAT(to_text_format(snapshot), HasSubstr(want.substr(want.find('\n') + 1)));
}

// The reason why a map cannot be read as the options say.
std::string reason(const MapPlace& place, ForeignMapOptions options) {
  options.name = "m";
  const auto map = ForeignMap::create(place, std::move(options)).value();
  const Result<void> opened = map->open();
  return opened ? "" : opened.error().message();
}

TEST_F(ForeignMapTest, SaysWhatDoesNotFit) {
  maps_.emplace();
  const BpfFilesystem bpffs;
  struct Case {
    const char* map;
    std::function<void(ForeignMapOptions&)> change;
    const char* reason;
  };
  const Case cases[] = {
      {"row", [](auto&) {}, "does not say its buckets"},
      {"row", [](auto& o) { o.buckets = ExplicitBuckets{{1}}; }, "have 24 bytes, and the values"},
      {"tool", [](auto& o) { o.type = MetricType::kCounter; }, "are no integers, but have 40"},
      {"traffic",
       [](auto& o) {
         o.type = MetricType::kCounter;
         o.value = "nosuch";
       },
       "BTF shows no integer \"nosuch\""},
      {"tool", [](auto& o) { o.labels = {{MapLabel{"cpu", 4, 0, {{"uint"}}}}}; },
       "have 4 bytes, and the keys of the map have 8"},
      {"tool", [](auto& o) { o.labels = {{MapLabel{"nosuch", 0, 0, {}}}}; }, "no field \"nosuch\""},
      {"tool", [](auto& o) { o.entries.emplace(); }, "the values of its map have 40 bytes"},
      {"temperature",
       [](auto& o) {
         o.entries.emplace();
         o.labels.emplace();
       },
       "its last label is the bucket"},
      {"wide", [](auto& o) { o.slots = MapSlots{8, 9, 8}; }, "its slots end at byte 80"},
      {"queue", [](auto&) {}, "neither a hash nor an array"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.reason);
    ForeignMapOptions options;
    c.change(options);
    EXPECT_THAT(reason({"", maps_->id(c.map)}, options), HasSubstr(c.reason));
  }
  EXPECT_THAT(reason({bpffs.path("nosuch"), 0}, {}), HasSubstr("nosuch is not there"));
}

}  // namespace
}  // namespace bpfpush
