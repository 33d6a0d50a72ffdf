#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "remote_write/encoder.hpp"
#include "remote_write/reference_encoder.hpp"
#include "remote_write/snapshots.hpp"
#include "remote_write/write_request.hpp"

namespace bpfpush {
namespace {

using testing::append;
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
    snapshot.instant.wall += std::chrono::milliseconds(integer() >> 1);
    for (FamilySnapshot& family : families_) {
      change_series(family);
      for (std::uint64_t& value : family.values) value = integer();
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
      double bound = 0;
      family.bounds.resize(1 + below(40));
      for (double& one : family.bounds) one = bound += std::ldexp(1.0, static_cast<int>(below(30)));
    }
    return {share(std::move(family)), {}, {}};
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

TEST(RandomSnapshots, AreWrittenAsTheProtobufLibraryWritesThem) {
  std::size_t samples = 0;
  std::size_t series_ended = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    RandomHost host(seed);
    const std::vector<Label> external = host.external_labels();
    Encoder encoder({.labels = {external}, .samples_max = 1 + host.below(300)});
    SentSeries receiver;
    for (int instant = 0; instant < 6; ++instant) {
      const Snapshot snapshot = host.next_snapshot();
      const std::vector<Gone> gone = receiver.gone_from(snapshot);
      series_ended += gone.size();
      EncodedRequest request;
      int given_up_after = host.below(4) == 0 ? 1 : 1000;
      do {
        const bool with_metadata = host.below(2) == 0;
        const std::size_t begin = request.next;
        request = encoder.encode(snapshot, {.begin = begin, .with_metadata = with_metadata});
        const auto expected =
            reference_request(snapshot, gone, external, begin, request.next, with_metadata);
        ASSERT_EQ(request.samples, static_cast<std::size_t>(expected.timeseries_size()));
        ASSERT_EQ(decompress(request.body), expected.SerializeAsString());
        ASSERT_TRUE(request.next > begin || request.is_last);
        samples += request.samples;
        if (begin > 0 && --given_up_after == 0) break;
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
  EXPECT_GT(samples, 10'000u) << "the seeds make too little to show anything";
  EXPECT_GT(series_ended, 1'000u);
}

}  // namespace
}  // namespace bpfpush
