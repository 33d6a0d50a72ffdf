#include "remote_write/ended_series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/sample_value.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

using testing::append;
using testing::decode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::labels_of;
using testing::make_series;
using testing::make_snapshot;
using testing::share;

// A snapshot of the family "a" with a series for each value, each an object of its own, as if it
// had been read from disk.
Snapshot holding(const std::vector<std::string>& values, const std::string& name = "a") {
  FamilySnapshot family{share({.name = name, .label_names = {"l"}}), {}, {}};
  for (const std::string& value : values) append(family, make_series({value}), {1});
  return make_snapshot({family});
}

class EndedSeriesTest : public ::testing::Test {
 protected:
  std::vector<std::string> ended_by(const Snapshot& snapshot) {
    series_.begin(snapshot);
    std::vector<std::string> values;
    for (const auto& one : series_.all()) values.push_back(one.series->label_values[0]);
    return values;
  }

  EndedSeries series_;
};

TEST_F(EndedSeriesTest, AreThoseThatTheLastSnapshotHadAndThisOneLacks) {
  EXPECT_THAT(ended_by(holding({"1", "2", "3"})), IsEmpty());
  series_.done();
  EXPECT_THAT(ended_by(holding({"4", "2"})), ElementsAre("1", "3"));
  series_.done();
  EXPECT_THAT(ended_by(holding({"2", "4"})), IsEmpty()) << "what has ended ends once";
  series_.done();
  EXPECT_THAT(ended_by(holding({})), ElementsAre("2", "4"));
}

TEST_F(EndedSeriesTest, AreTheSameWhenASnapshotBeginsAgain) {
  (void)ended_by(holding({"1", "2"}));
  series_.done();
  EXPECT_THAT(ended_by(holding({"2"})), ElementsAre("1"));
  EXPECT_THAT(ended_by(holding({"2"})), ElementsAre("1"));
}

TEST_F(EndedSeriesTest, AreNotThoseOfAFamilyThatIsMissingAsAWhole) {
  (void)ended_by(holding({"1", "2"}));
  series_.done();
  EXPECT_THAT(ended_by(holding({"x"}, "b")), IsEmpty());
  series_.done();
  EXPECT_THAT(ended_by(holding({"2"})), ElementsAre("1")) << "when it is back";
}

TEST_F(EndedSeriesTest, OfASnapshotThatWasGivenUpEndWithTheNext) {
  (void)ended_by(holding({"1", "2"}));
  series_.done();
  (void)ended_by(holding({"2", "3"}));  // never delivered
  EXPECT_THAT(ended_by(holding({"2"})), ElementsAre("1")) << "and 3 was never begun";
}

TEST_F(EndedSeriesTest, IncludeWhatWasSentOfASnapshotThatWasGivenUp) {
  (void)ended_by(holding({"1"}));
  series_.done();
  (void)ended_by(holding({"1", "3"}));
  series_.sent_in_part();
  EXPECT_THAT(ended_by(holding({"4"})), ElementsAre("1", "3"));
}

TEST_F(EndedSeriesTest, AreNotThoseOfAFamilyThatHasOtherBounds) {
  FamilySnapshot family{
      share({.name = "a", .type = MetricType::kHistogram, .bounds = {1}}), {}, {}};
  append(family, make_series({}), {1, 1, 0});
  series_.begin(make_snapshot({family}));
  series_.done();
  const FamilySnapshot other{
      share({.name = "a", .type = MetricType::kHistogram, .bounds = {2}}), {}, {}};
  series_.begin(make_snapshot({other}));
  EXPECT_THAT(series_.all(), IsEmpty());
}

// The samples of the requests of a snapshot, in order: labels and whether each is a marker.
std::vector<std::vector<std::string>> requests_of(Encoder& encoder, const Snapshot& snapshot) {
  std::vector<std::vector<std::string>> requests;
  EncodedRequest request;
  while (!request.is_last) {
    request = encoder.encode(snapshot, {.begin = request.next});
    std::vector<std::string>& samples = requests.emplace_back();
    const prometheus::WriteRequest decoded = decode(request.body);
    for (const auto& series : decoded.timeseries()) {
      const bool ends = std::bit_cast<std::uint64_t>(series.samples(0).value()) ==
                        std::bit_cast<std::uint64_t>(kStaleMarker);
      samples.push_back(labels_of(series) + (ends ? " ends" : ""));
      EXPECT_EQ(series.samples(0).timestamp(), snapshot.instant.wall.time_since_epoch().count());
    }
    EXPECT_EQ(samples.size(), request.samples);
  }
  encoder.done();
  return requests;
}

TEST(Encoder, EndsEachSampleOfAHistogramThatIsGone) {
  FamilySnapshot before{
      share({.name = "h", .type = MetricType::kHistogram, .label_names = {"l"}, .bounds = {1}}),
      {},
      {}};
  FamilySnapshot after = before;
  append(before, make_series({"x"}), {3, 1, 1});
  Encoder encoder({});
  (void)requests_of(encoder, make_snapshot({before}));
  EXPECT_THAT(requests_of(encoder, make_snapshot({after})),
              ElementsAre(ElementsAre(R"({__name__="h_bucket", l="x", le="1"} ends)",
                                      R"({__name__="h_bucket", l="x", le="+Inf"} ends)",
                                      R"({__name__="h_sum", l="x"} ends)",
                                      R"({__name__="h_count", l="x"} ends)")));
  EXPECT_THAT(requests_of(encoder, make_snapshot({after})), ElementsAre(IsEmpty()));
}

TEST(Encoder, CutsRequestsAmongTheSeriesThatEnd) {
  Encoder encoder({.samples_max = 2});
  (void)requests_of(encoder, holding({"1", "2", "3", "4"}));
  EXPECT_THAT(
      requests_of(encoder, holding({"4"})),
      ElementsAre(ElementsAre(R"({__name__="a", l="4"})", R"({__name__="a", l="1"} ends)"),
                  ElementsAre(R"({__name__="a", l="2"} ends)", R"({__name__="a", l="3"} ends)")));
}

}  // namespace
}  // namespace bpfpush
