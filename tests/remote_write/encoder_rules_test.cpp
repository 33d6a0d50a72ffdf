// Rules and limits as they come out of an encoder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "remote_write/encoder.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

using testing::append;
using testing::decode;
using ::testing::ElementsAre;
using testing::labels_of;
using testing::make_series;
using testing::make_snapshot;
using testing::share;

// The series of a request; one that ends with a "!" behind it.
std::vector<std::string> encoded(Encoder& encoder, const Snapshot& snapshot) {
  const auto request = decode(encoder.encode(snapshot, {}).body);
  encoder.done();
  std::vector<std::string> all;
  for (const auto& series : request.timeseries()) {
    all.push_back(labels_of(series) + (std::isnan(series.samples(0).value()) ? "!" : ""));
  }
  return all;
}

EncoderOptions options_of(const std::vector<RelabelRule>& rules) {
  EncoderOptions options;
  options.writing.labels.external_labels = {{"job", "j"}};
  options.rules.relabeling = Relabeling::create(rules).value();
  return options;
}

Snapshot counters(const std::vector<std::shared_ptr<const Series>>& series) {
  static const auto family = share({.name = "n_total", .label_names = {"d"}});
  FamilySnapshot one{family, {}, {}};
  for (const auto& each : series) append(one, each, {1});
  return make_snapshot({std::move(one)});
}

TEST(EncoderRules, AreAppliedToExternalLabelsToo) {
  Encoder encoder(options_of({{.source_labels = {"job"}, .target_label = "team"},
                              {.regex = "job", .action = "labeldrop"}}));
  EXPECT_THAT(encoded(encoder, counters({make_series({"a"})})),
              ElementsAre(R"({__name__="n_total", d="a", team="j"})"));
}

TEST(EncoderRules, EndASeriesAsItWasSent) {
  Encoder encoder(options_of(
      {{.source_labels = {"d"}, .target_label = "disk"}, {.regex = "d", .action = "labeldrop"}}));
  const auto a = make_series({"a"});
  const auto b = make_series({"b"});
  EXPECT_THAT(encoded(encoder, counters({a, b})),
              ElementsAre(R"({__name__="n_total", disk="a", job="j"})",
                          R"({__name__="n_total", disk="b", job="j"})"));
  EXPECT_THAT(encoded(encoder, counters({a})),
              ElementsAre(R"({__name__="n_total", disk="a", job="j"})",
                          R"({__name__="n_total", disk="b", job="j"}!)"));
  EXPECT_THAT(encoded(encoder, counters({a})),
              ElementsAre(R"({__name__="n_total", disk="a", job="j"})"));
}

TEST(EncoderRules, EndNothingThatWasNotSent) {
  Encoder encoder(options_of({{.source_labels = {"d"}, .regex = "b", .action = "drop"}}));
  const auto a = make_series({"a"});
  const auto b = make_series({"b"});
  EXPECT_EQ(encoded(encoder, counters({a, b})).size(), 1u);
  EXPECT_EQ(encoder.rules_state().unsent[static_cast<std::size_t>(Unsent::kRule)], 1u);
  EXPECT_EQ(encoded(encoder, counters({a})).size(), 1u);
}

TEST(EncoderRules, SplitAViewOverRequests) {
  EncoderOptions options = options_of({{.target_label = "x", .replacement = "y"}});
  options.samples_max = 1;
  Encoder encoder(std::move(options));
  const Snapshot snapshot = counters({make_series({"a"}), make_series({"b"})});
  const EncodedRequest first = encoder.encode(snapshot, {});
  EXPECT_EQ(first.total, 2u);
  EXPECT_FALSE(first.is_last);
  const EncodedRequest second = encoder.encode(snapshot, {.begin = first.next});
  EXPECT_TRUE(second.is_last);
  EXPECT_EQ(labels_of(decode(second.body).timeseries(0)),
            R"({__name__="n_total", d="b", job="j", x="y"})");
}

TEST(EncoderRules, CutLongValuesWithoutAnyRule) {
  EncoderOptions options = options_of({});
  options.rules.limits.value_bytes_max = 2;
  Encoder encoder(std::move(options));
  EXPECT_THAT(encoded(encoder, counters({make_series({"abc"})})),
              ElementsAre(R"({__name__="n_total", d="ab", job="j"})"));
  EXPECT_EQ(encoder.rules_state().cut_values, 1u);
}

}  // namespace
}  // namespace bpfpush
