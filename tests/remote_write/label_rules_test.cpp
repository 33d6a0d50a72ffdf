#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

using testing::decode;
using testing::labels_of;
using testing::one_counter;
using testing::one_histogram;

std::vector<std::string> encoded_labels(const Snapshot& snapshot, std::vector<Label> external) {
  Encoder encoder(
      {.writing = {{std::move(external)}}, .rules = {.limits = {.value_bytes_max = 1 << 20}}});
  std::vector<std::string> labels;
  const prometheus::WriteRequest request = decode(encoder.encode(snapshot, {}).body);
  for (const auto& series : request.timeseries()) labels.push_back(labels_of(series));
  return labels;
}

TEST(LabelRules, HoldForACounter) {
  struct Case {
    const char* name;
    std::vector<std::string> names, values;
    std::vector<Label> external;
    const char* expected;
  };
  const Case cases[] = {
      {"the name alone", {}, {}, {}, R"({__name__="requests_total"})"},
      {"sorted by name",
       {"b", "a"},
       {"1", "2"},
       {},
       R"({__name__="requests_total", a="2", b="1"})"},
      {"sorted bytewise: upper case before underscore before lower case",
       {"z", "_", "Z", "__name", "__namez"},
       {"1", "2", "3", "4", "5"},
       {},
       R"({Z="3", _="2", __name="4", __name__="requests_total", __namez="5", z="1"})"},
      {"bytes from 0x80 on after ASCII",
       {"\u00e9", "z"},
       {"1", "2"},
       {},
       "{__name__=\"requests_total\", z=\"2\", \u00e9=\"1\"}"},
      {"an empty value is no label",
       {"a", "b"},
       {"", "1"},
       {},
       R"({__name__="requests_total", b="1"})"},
      {"external labels are added",
       {"b"},
       {"1"},
       {{"c", "3"}, {"a", "2"}},
       R"({__name__="requests_total", a="2", b="1", c="3"})"},
      {"its own label wins over an external one",
       {"job"},
       {"mine"},
       {{"job", "theirs"}},
       R"({__name__="requests_total", job="mine"})"},
      {"an external one fills in for an empty one",
       {"job"},
       {""},
       {{"job", "theirs"}},
       R"({__name__="requests_total", job="theirs"})"},
      {"an external label without name or value is none",
       {},
       {},
       {{"a", ""}, {"", "b"}},
       R"({__name__="requests_total"})"},
      {"of two external ones the first counts",
       {},
       {},
       {{"a", "1"}, {"a", "2"}},
       R"({__name__="requests_total", a="1"})"},
      {"nothing replaces the name",
       {"__name__"},
       {"x"},
       {{"__name__", "y"}},
       R"({__name__="requests_total"})"},
      {"`le` is a label like any other",
       {"le"},
       {"x"},
       {},
       R"({__name__="requests_total", le="x"})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto labels = encoded_labels(one_counter(c.names, c.values), c.external);
    EXPECT_EQ(labels, std::vector<std::string>{c.expected});
  }
}

TEST(LabelRules, PlaceLeAmongTheOthers) {
  const Snapshot snapshot = one_histogram({"z", "lf", "ld", "_", "A"}, {"1", "2", "3", "4", "5"});
  const std::vector<std::string> expected = {
      R"({A="5", _="4", __name__="latency_bucket", ld="3", le="1", lf="2", z="1"})",
      R"({A="5", _="4", __name__="latency_bucket", ld="3", le="2", lf="2", z="1"})",
      R"({A="5", _="4", __name__="latency_bucket", ld="3", le="+Inf", lf="2", z="1"})",
      R"({A="5", _="4", __name__="latency_sum", ld="3", lf="2", z="1"})",
      R"({A="5", _="4", __name__="latency_count", ld="3", lf="2", z="1"})",
  };
  EXPECT_EQ(encoded_labels(snapshot, {}), expected);
}

TEST(LabelRules, LetNothingReplaceTheLeOfAHistogram) {
  const std::vector<std::string> expected = {
      R"({__name__="latency_bucket", a="1", le="1"})",
      R"({__name__="latency_bucket", a="1", le="2"})",
      R"({__name__="latency_bucket", a="1", le="+Inf"})",
      R"({__name__="latency_sum", a="1"})",
      R"({__name__="latency_count", a="1"})",
  };
  EXPECT_EQ(encoded_labels(one_histogram({"le"}, {"x"}), {{"le", "y"}, {"a", "1"}}), expected);
}

TEST(LabelRules, HoldForLabelsLongerThanALengthByteSays) {
  const std::string name(200, 'n');
  const std::string value(40'000, 'v');
  const auto labels = encoded_labels(one_counter({name}, {value}), {});
  EXPECT_EQ(labels, std::vector<std::string>{"{__name__=\"requests_total\", " + name + "=\"" +
                                             value + "\"}"});
}

}  // namespace
}  // namespace bpfpush
