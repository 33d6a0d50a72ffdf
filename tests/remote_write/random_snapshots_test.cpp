#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/reference_encoder.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

using testing::Asked;
using testing::decompress;
using testing::FamilyFields;
using testing::Gone;
using testing::make_series;
using testing::reference_request;
using testing::share;

// A host whose series come and go, and whose families cannot be read at times, drawn from a seed.
// Names are of the kind that is sorted next to `__name__` and `le`, or clashes with them; values
// are of lengths around those where a length takes another byte.
class RandomHost {
 public:
  explicit RandomHost(unsigned seed) : random_(seed) {
    for (std::size_t i = 0, count = below(5); i < count; ++i) families_.push_back(make_family(i));
  }

  std::vector<Label> external_labels() {
    std::vector<Label> labels;
    for (std::string& name : some_names()) labels.push_back({std::move(name), text()});
    return labels;
  }

  std::size_t below(std::size_t end) { return random_() % end; }

  Snapshot next_snapshot() {
    Snapshot snapshot;
    snapshot.instant.wall += std::chrono::milliseconds(integer() >> 2);
    snapshot.instant.since_boot = std::chrono::hours(++hours_);
    for (FamilySnapshot& family : families_) {
      change_series(family);
      for (std::uint64_t& value : family.values) value = integer();
      family.counting_since = std::chrono::minutes(below(50));
      if (below(5) > 0) snapshot.families.push_back(family);
    }
    return snapshot;
  }

 private:
  std::vector<std::string> some_names() {
    std::vector<std::string> names = {"A",         "Z",  "_",   "__",  "__name", "__name__",
                                      "__name__a", "_a", "a",   "ld",  "le",     "le_",
                                      "lf",        "l",  "job", "le0", "zone",   "\u00e9"};
    std::shuffle(names.begin(), names.end(), random_);
    names.resize(below(6));
    return names;
  }

  std::string text() {
    constexpr std::size_t kSizes[] = {0, 1, 4, 100, 119, 120, 121, 127, 128, 16'400};
    return std::string(kSizes[below(below(8) == 0 ? 10 : 4)], static_cast<char>('a' + below(26)));
  }

  // Of any magnitude, and often zero.
  std::uint64_t integer() { return below(4) == 0 ? 0 : random_() >> below(64); }

  FamilySnapshot make_family(std::size_t i) {
    FamilyFields family{.name = "family" + std::to_string(i),
                        .help = text(),
                        .unit = below(2) == 0 ? "" : "seconds",
                        .type = static_cast<MetricType>(below(3)),
                        .label_names = some_names(),
                        .divisor = std::pow(10, static_cast<double>(below(10))),
                        .multiplier = below(2) == 0 ? 1 : 0.001,
                        .has_sum = below(4) != 0};
    if (family.type == MetricType::kHistogram) {
      family.bounds = below(2) == 0 ? schema_bounds() : some_bounds();
    }
    return {share(std::move(family)), {}, {}};
  }

  std::vector<double> some_bounds() {
    std::vector<double> bounds(1 + below(40));
    double bound = 0;
    for (double& one : bounds) one = bound += std::ldexp(1.0, static_cast<int>(below(30)));
    return bounds;
  }

  std::vector<double> schema_bounds() {
    const double per_octave = std::pow(2, static_cast<double>(below(13)) - 4);
    const double first = std::round((static_cast<double>(below(60)) - 30) * per_octave);
    std::vector<double> bounds(1 + below(below(4) == 0 ? 300 : 40));
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      bounds[i] = std::exp2((first + static_cast<double>(i)) / per_octave);
    }
    if (below(4) == 0) bounds.insert(bounds.begin(), 0);
    return bounds;
  }

  void change_series(FamilySnapshot& family) {
    const auto is_gone = [this](const auto&) { return below(4) == 0; };
    std::erase_if(family.series, is_gone);
    family.values.resize(family.series.size() * family.family->row_size());
    for (std::size_t count = below(6); count > 0; --count) {
      std::vector<std::string> values;
      while (values.size() < family.family->label_names.size()) values.push_back(text());
      (void)family.append(make_series(std::move(values)));
    }
  }

  std::mt19937_64 random_;
  std::vector<FamilySnapshot> families_;
  int hours_ = 0;
};

// What a receiver has been sent, in the plainest way.
class SentSeries {
 public:
  // What it has and the snapshot, which has the family, has not.
  std::vector<Gone> gone_from(const Snapshot& snapshot) const {
    std::vector<Gone> gone;
    for (const FamilySnapshot& family : snapshot.families) {
      for (const auto& series : held_of(family.family->name)) {
        if (!holds(family.series, *series)) gone.push_back({family.family, series});
      }
    }
    return gone;
  }

  // All of the snapshot has been sent.
  void sent(const Snapshot& snapshot) {
    for (const auto& family : snapshot.families) held_[family.family->name] = family.series;
  }

  // Some of it has been sent, and no more of it will be.
  void sent_in_part(const Snapshot& snapshot) {
    for (const FamilySnapshot& family : snapshot.families) {
      Held& held = held_[family.family->name];
      const Held before = held;
      for (const auto& series : family.series) {
        if (!holds(before, *series)) held.push_back(series);
      }
    }
  }

 private:
  using Held = std::vector<std::shared_ptr<const Series>>;

  static bool holds(const Held& held, const Series& series) {
    return std::any_of(held.begin(), held.end(), [&series](const auto& one) {
      return one->label_values == series.label_values;
    });
  }

  Held held_of(const std::string& family) const {
    const auto found = held_.find(family);
    return found == held_.end() ? Held() : found->second;
  }

  std::map<std::string, Held> held_;
};

namespace v2 = io::prometheus::write::v2;

struct Way {
  const char* name;
  ProtocolVersion version;
  HistogramForm form;
};
const Way kWays[] = {
    {"1.0 classic", ProtocolVersion::k1, HistogramForm::kClassic},
    {"1.0 native", ProtocolVersion::k1, HistogramForm::kNative},
    {"1.0 custom", ProtocolVersion::k1, HistogramForm::kCustom},
    {"1.0 both", ProtocolVersion::k1, HistogramForm::kBoth},
    {"2.0 classic", ProtocolVersion::k2, HistogramForm::kClassic},
    {"2.0 native", ProtocolVersion::k2, HistogramForm::kNative},
    {"2.0 custom", ProtocolVersion::k2, HistogramForm::kCustom},
    {"2.0 both", ProtocolVersion::k2, HistogramForm::kBoth},
};

bool is_stale(const v2::TimeSeries& series) {
  const double value =
      series.samples_size() > 0 ? series.samples(0).value() : series.histograms(0).sum();
  return std::bit_cast<std::uint64_t>(value) == 0x7ff0000000000002;
}

// What 2.0 says and 1.0 does not: when counting began, and what the family is.
void check_rest(const v2::Request& request, const v2::TimeSeries& series, const Family& family,
                bool has_start) {
  ASSERT_EQ(series.samples_size() + series.histograms_size(), 1);
  const bool is_native = series.histograms_size() == 1;
  const std::int64_t start =
      is_native ? series.histograms(0).start_timestamp() : series.samples(0).start_timestamp();
  const std::int64_t timestamp =
      is_native ? series.histograms(0).timestamp() : series.samples(0).timestamp();
  has_start = has_start && family.type != MetricType::kGauge && !is_stale(series);
  ASSERT_EQ(start != 0, has_start);
  ASSERT_TRUE(!has_start || start < timestamp);
  const v2::Metadata::MetricType types[] = {v2::Metadata::METRIC_TYPE_COUNTER,
                                            v2::Metadata::METRIC_TYPE_GAUGE,
                                            v2::Metadata::METRIC_TYPE_HISTOGRAM};
  ASSERT_EQ(series.metadata().type(), types[static_cast<int>(family.type)]);
  ASSERT_EQ(request.symbols(static_cast<int>(series.metadata().help_ref())), family.help);
  ASSERT_EQ(request.symbols(static_cast<int>(series.metadata().unit_ref())), family.unit);
}

// The same series as in 1.0, and what 2.0 adds to them.
void check_v2(std::span<const std::byte> body, const prometheus::WriteRequest& expected,
              const Snapshot& snapshot) {
  v2::Request request = testing::decode_v2(body);
  ASSERT_EQ(decompress(body), request.SerializeAsString());
  ASSERT_EQ(request.timeseries_size(), expected.timeseries_size());
  for (int i = 0; i < request.timeseries_size(); ++i) {
    v2::TimeSeries& series = *request.mutable_timeseries(i);
    ASSERT_EQ(testing::labels_of(request, series), testing::labels_of(expected.timeseries(i)));
    const auto family = std::find_if(
        snapshot.families.begin(), snapshot.families.end(), [&](const FamilySnapshot& one) {
          const std::string labels = testing::labels_of(request, series);
          return labels.find("__name__=\"" + one.family->name + "\"") != labels.npos ||
                 labels.find("__name__=\"" + one.family->name + "_") != labels.npos;
        });
    ASSERT_NE(family, snapshot.families.end());
    check_rest(request, series, *family->family, family->counting_since.count() != 0);
    // Without what it adds, a sample is the same bytes.
    for (auto& sample : *series.mutable_samples()) sample.clear_start_timestamp();
    for (auto& histogram : *series.mutable_histograms()) histogram.clear_start_timestamp();
    const prometheus::TimeSeries& one = expected.timeseries(i);
    ASSERT_EQ(series.samples_size(), one.samples_size());
    const std::string sent = series.samples_size() > 0 ? series.samples(0).SerializeAsString()
                                                       : series.histograms(0).SerializeAsString();
    ASSERT_EQ(sent, one.samples_size() > 0 ? one.samples(0).SerializeAsString()
                                           : one.histograms(0).SerializeAsString());
  }
}

struct Tally {
  std::size_t samples = 0;
  std::size_t histograms = 0;
  std::size_t series_ended = 0;
};

// Sends six snapshots of a host, some of them in part only.
void check_host(unsigned seed, const Way& way, Tally& tally) {
  RandomHost host(seed);
  Asked asked{.external = host.external_labels(),
              .form = way.form,
              .native_buckets_max = host.below(3) == 0 ? 1 + host.below(20) : 160};
  Encoder encoder({.writing = {.labels = {asked.external},
                               .forms = {.form = way.form,
                                         .native_buckets_max = asked.native_buckets_max,
                                         .custom_over_1 = true}},
                   .samples_max = 1 + host.below(300),
                   .rules = {.limits = {.value_bytes_max = 1 << 20}}});
  SentSeries receiver;
  for (int instant = 0; instant < 6; ++instant) {
    const Snapshot snapshot = host.next_snapshot();
    const std::vector<Gone> gone = receiver.gone_from(snapshot);
    tally.series_ended += gone.size();
    EncodedRequest request;
    int given_up_after = host.below(4) == 0 ? 1 : 1000;
    do {
      asked.with_metadata = host.below(2) == 0;
      asked.begin = request.next;
      request = encoder.encode(
          snapshot,
          {.begin = asked.begin, .version = way.version, .with_metadata = asked.with_metadata});
      asked.end = request.next;
      const auto expected = reference_request(snapshot, gone, asked);
      ASSERT_EQ(request.samples, static_cast<std::size_t>(expected.timeseries_size()));
      if (way.version == ProtocolVersion::k1) {
        ASSERT_EQ(decompress(request.body), expected.SerializeAsString());
      } else {
        check_v2(request.body, expected, snapshot);
        if (::testing::Test::HasFatalFailure()) return;
      }
      ASSERT_TRUE(request.next > asked.begin || request.is_last);
      tally.samples += request.samples;
      tally.histograms += request.histograms;
      if (asked.begin > 0 && --given_up_after == 0) break;
    } while (!request.is_last);
    if (given_up_after > 0) {
      EXPECT_EQ(request.next, series_count(snapshot) + gone.size());
      encoder.done();
      receiver.sent(snapshot);
    } else {
      receiver.sent_in_part(snapshot);
    }
  }
}

TEST(RandomSnapshots, AreWrittenAsTheProtobufLibraryWritesThem) {
  for (const Way& way : kWays) {
    SCOPED_TRACE(way.name);
    Tally tally;
    for (unsigned seed = 1; seed <= 80; ++seed) {
      SCOPED_TRACE(seed);
      check_host(seed, way, tally);
      if (HasFatalFailure()) return;
    }
    EXPECT_GT(tally.samples, 2'000u) << "the seeds make too little to show anything";
    EXPECT_GT(tally.series_ended, 500u);
    EXPECT_EQ(tally.histograms > 300, way.form != HistogramForm::kClassic);
  }
}

}  // namespace
}  // namespace bpfpush
