#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
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
using testing::make_series;
using testing::reference_request;
using testing::share;

// A host whose families stay and whose series come and go, drawn from a seed. Names are of the kind
// that is sorted next to `__name__` and `le`, or clashes with them; values are of lengths around
// those where a length takes another byte.
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
      snapshot.families.push_back(family);
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

TEST(RandomSnapshots, AreWrittenAsTheProtobufLibraryWritesThem) {
  std::size_t samples = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    RandomHost host(seed);
    const std::vector<Label> external = host.external_labels();
    Encoder encoder({.external_labels = external, .samples_max = 1 + host.below(300)});
    for (int instant = 0; instant < 4; ++instant) {
      const Snapshot snapshot = host.next_snapshot();
      std::size_t begin = 0;
      do {
        const bool with_metadata = host.below(2) == 0;
        const EncodedRequest request = encoder.encode(snapshot, begin, with_metadata);
        const auto expected =
            reference_request(snapshot, external, begin, request.next, with_metadata);
        ASSERT_EQ(request.samples, static_cast<std::size_t>(expected.timeseries_size()));
        ASSERT_EQ(decompress(request.body), expected.SerializeAsString());
        ASSERT_TRUE(request.next > begin || series_count(snapshot) == 0);
        samples += request.samples;
        begin = request.next;
      } while (begin < series_count(snapshot));
    }
  }
  EXPECT_GT(samples, 10'000u) << "the seeds make too little to show anything";
}

}  // namespace
}  // namespace bpfpush
