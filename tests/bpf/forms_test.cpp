// Every form of metric that bpf/histogram.bpf.h has, from the real kernel to its text.
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "agent/collector.hpp"
#include "env/posix_filesystem.hpp"
#include "remote_write/text_format.hpp"
#include "support/requirement.hpp"
#include "test_object.hpp"

namespace bpfpush {
namespace {

using testing::HasSubstr;
using testing::Not;

// The enumerators of `form` in forms.bpf.c.
enum Form : std::uint64_t {
  kDenseHistogram,
  kLoneHistogram,
  kSparseCounter,
  kDenseCounter,
  kLoneCounter,
  kSparseGauge,
  kDenseGauge,
  kLoneGauge,
  kSparseGaugeSet,
  kDenseGaugeSet,
};

class Forms : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    const auto object = test_object("forms");
    probe_.emplace(Probe::open(test_object_options("forms", object)).value());
    probe_->load().value();
    for (std::size_t i = 0; i < probe_->metrics().size(); ++i) {
      const MetricMap& map = probe_->metrics()[i];
      collector_
          .add({"forms", map.name, family_of(map, "ebpf"), map.key, map.max_entries,
                probe_->source(i)})
          .value();
    }
  }

  void use(Form form, std::uint64_t id, std::int64_t value) {
    struct {
      std::uint64_t form;
      std::uint64_t id;
      std::int64_t value;
    } args = {form, id, value};
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.ctx_in = &args;
    options.ctx_size_in = sizeof args;
    EXPECT_EQ(bpf_prog_test_run_opts(probe_->program_fd("use"), &options), 0)
        << std::strerror(errno);
  }

  // The lines of one metric, without its head; "" if it has none.
  std::string text_of(const std::string& metric) {
    Snapshot snapshot;
    collector_.collect(snapshot.families);
    std::erase_if(snapshot.families,
                  [&](const FamilySnapshot& family) { return family.family->name != metric; });
    EXPECT_EQ(snapshot.families.size(), 1u) << metric;
    std::string text = to_text_format(snapshot);
    for (int line = 0; line < 2 && !text.empty(); ++line) text.erase(0, text.find('\n') + 1);
    return text;
  }

  std::uint64_t overflowed(const std::string& map) {
    for (const MapState& state : collector_.maps()) {
      if (state.map == map) return state.overflowed;
    }
    ADD_FAILURE() << map;
    return 0;
  }

  PosixFilesystem filesystem_;
  std::optional<Probe> probe_;
  Collector collector_{"ebpf", filesystem_};
};

TEST_F(Forms, ADenseHistogramShowsTheKeysThatHaveCounted) {
  EXPECT_EQ(text_of("ebpf_dense_histogram_seconds"), "");
  use(kDenseHistogram, 1, 300'000'000);
  use(kDenseHistogram, 1, 300'000'001);
  EXPECT_EQ(text_of("ebpf_dense_histogram_seconds"),
            "ebpf_dense_histogram_seconds_bucket{vector=\"net_rx\",le=\"0.001\"} 0\n"
            "ebpf_dense_histogram_seconds_bucket{vector=\"net_rx\",le=\"0.3\"} 1\n"
            "ebpf_dense_histogram_seconds_bucket{vector=\"net_rx\",le=\"1\"} 2\n"
            "ebpf_dense_histogram_seconds_bucket{vector=\"net_rx\",le=\"10\"} 2\n"
            "ebpf_dense_histogram_seconds_bucket{vector=\"net_rx\",le=\"+Inf\"} 2\n"
            "ebpf_dense_histogram_seconds_sum{vector=\"net_rx\"} 0.600000001\n"
            "ebpf_dense_histogram_seconds_count{vector=\"net_rx\"} 2\n");
}

TEST_F(Forms, ADenseKeyThatIsNoneIsCountedAsOther) {
  use(kDenseHistogram, 7, 1);
  use(kDenseCounter, 3, 1'000'000'000);
  EXPECT_THAT(text_of("ebpf_dense_histogram_seconds"), HasSubstr("_count{vector=\"other\"} 1\n"));
  EXPECT_EQ(text_of("ebpf_dense_counter_seconds_total"),
            "ebpf_dense_counter_seconds_total{vector=\"other\"} 1\n");
  EXPECT_EQ(overflowed("dense_histogram"), 1u);
  EXPECT_EQ(overflowed("dense_counter"), 1u);
}

TEST_F(Forms, WithoutLabelsThereIsOneSeries) {
  use(kLoneHistogram, 0, 512);
  use(kLoneHistogram, 0, 2048);
  const std::string histogram = text_of("ebpf_lone_histogram");
  EXPECT_THAT(histogram, HasSubstr("ebpf_lone_histogram_bucket{le=\"0.5\"} 1\n"));
  EXPECT_THAT(histogram, HasSubstr("ebpf_lone_histogram_bucket{le=\"2\"} 2\n"));
  EXPECT_THAT(histogram, HasSubstr("ebpf_lone_histogram_sum 2.5\n"));
  EXPECT_EQ(text_of("ebpf_lone_counter_total"), "ebpf_lone_counter_total 0\n");
  use(kLoneCounter, 0, 5);
  use(kLoneCounter, 0, 6);
  EXPECT_EQ(text_of("ebpf_lone_counter_total"), "ebpf_lone_counter_total 11\n");
  use(kLoneGauge, 0, -3);
  EXPECT_EQ(text_of("ebpf_lone_gauge"), "ebpf_lone_gauge -3\n");
}

TEST_F(Forms, ACounterThatIsFullCountsTheRestAsOther) {
  for (const std::uint64_t id : {1, 2, 3, 4}) use(kSparseCounter, id, 10);
  use(kSparseCounter, 1, 5);
  EXPECT_EQ(text_of("ebpf_sparse_counter_total"),
            "ebpf_sparse_counter_total{id=\"1\",failed=\"true\",delta=\"-1\"} 15\n"
            "ebpf_sparse_counter_total{id=\"2\",failed=\"true\",delta=\"-1\"} 10\n"
            "ebpf_sparse_counter_total{id=\"other\",failed=\"other\",delta=\"other\"} 20\n");
  EXPECT_EQ(overflowed("sparse_counter"), 2u);
}

TEST_F(Forms, ACounterIsShownInItsUnit) {
  use(kDenseCounter, 2, 1'500'000'000);
  EXPECT_EQ(text_of("ebpf_dense_counter_seconds_total"),
            "ebpf_dense_counter_seconds_total{vector=\"block\"} 1.5\n");
}

TEST_F(Forms, AGaugeGoesUpAndDownAndIsSet) {
  use(kSparseGauge, 1, 10);
  use(kSparseGauge, 1, -30);
  use(kSparseGauge, 2, 7);
  use(kSparseGaugeSet, 2, -1);
  EXPECT_EQ(text_of("ebpf_sparse_gauge"),
            "ebpf_sparse_gauge{id=\"1\",failed=\"true\",delta=\"-1\"} -20\n"
            "ebpf_sparse_gauge{id=\"2\",failed=\"true\",delta=\"-1\"} -1\n");
  use(kDenseGauge, 0, 4);
  use(kDenseGaugeSet, 2, 9);
  EXPECT_EQ(text_of("ebpf_dense_gauge_bytes"),
            "ebpf_dense_gauge_bytes{vector=\"block\"} 9\n"
            "ebpf_dense_gauge_bytes{vector=\"net_rx\"} 0\n"
            "ebpf_dense_gauge_bytes{vector=\"timer\"} 4\n");
}

TEST_F(Forms, AGaugeThatIsFullKeepsWhatIsAddedAndOnlyCountsWhatIsSet) {
  for (const std::uint64_t id : {1, 2}) use(kSparseGauge, id, 1);
  use(kSparseGaugeSet, 3, 100);
  EXPECT_THAT(text_of("ebpf_sparse_gauge"), Not(HasSubstr("other")));
  EXPECT_EQ(overflowed("sparse_gauge"), 1u);
  use(kSparseGauge, 4, 5);
  use(kSparseGauge, 5, -2);
  EXPECT_THAT(text_of("ebpf_sparse_gauge"),
              HasSubstr("ebpf_sparse_gauge{id=\"other\",failed=\"other\",delta=\"other\"} 3\n"));
  EXPECT_EQ(overflowed("sparse_gauge"), 3u);
}

}  // namespace
}  // namespace bpfpush
