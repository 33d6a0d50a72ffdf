#include "receiver/histogram_view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/number.hpp"

namespace bpfpush {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Bucket {
  double upper;
  double count;  // not cumulative
};

void add_histogram(Store& store, const std::string& name, const Labels& labels,
                   const std::vector<Bucket>& buckets, double sum) {
  double count = 0;
  for (const Bucket& bucket : buckets) {
    count += bucket.count;
    Labels all = labels;
    all.emplace_back("__name__", name + "_bucket");
    all.emplace_back("le", format_number(bucket.upper));
    store.add(all, {count, 1000});
  }
  Labels all = labels;
  all.emplace_back("__name__", name + "_sum");
  store.add(all, {sum, 1000});
}

// A log-normal latency in microseconds, as a disk's looks.
std::vector<Bucket> disk_latency() {
  const double counts[] = {0, 0, 0, 1, 12, 140, 800, 2150, 1460, 530, 210, 64, 9, 0, 2, 0, 0, 0, 0};
  std::vector<Bucket> buckets;
  for (const double count : counts) {
    buckets.push_back({std::ldexp(1.0, static_cast<int>(buckets.size())), count});
  }
  buckets.push_back({kInf, 0});
  return buckets;
}

TEST(RenderHistograms, IsEmptyWithoutHistograms) {
  Store store;
  store.add({{"__name__", "up"}}, {1, 1000});
  EXPECT_EQ(render_histograms(store, {}), "");
}

TEST(RenderHistograms, ShowsTheRangeThatIsNotEmptyIn80Columns) {
  Store store;
  const Labels sender = {{"instance", "web-1"}, {"job", "bpfpush"}};
  for (const char* operation : {"read", "write"}) {
    Labels labels = sender;
    labels.emplace_back("device", "sda");
    labels.emplace_back("operation", operation);
    add_histogram(store, "ebpf_bio_req_latency", labels, disk_latency(), 1'234'567);
  }
  add_histogram(store, "ebpf_bio_req_size", sender, {{1, 3}, {2, 0}, {4, 1}, {kInf, 1}}, 40);
  EXPECT_EQ("\n" + render_histograms(store, {}), R"(
instance="web-1" job="bpfpush"

ebpf_bio_req_latency{device="sda", operation="read"}
  count 5378   average 229.6   p50 115.7   p95 551.3   p99 1364
         (4, 8]     1 |*                                                       |
        (8, 16]    12 |*                                                       |
       (16, 32]   140 |***                                                     |
       (32, 64]   800 |********************                                    |
      (64, 128]  2150 |********************************************************|
     (128, 256]  1460 |**************************************                  |
     (256, 512]   530 |*************                                           |
    (512, 1024]   210 |*****                                                   |
   (1024, 2048]    64 |*                                                       |
   (2048, 4096]     9 |*                                                       |
   (4096, 8192]     0 |                                                        |
  (8192, 16384]     2 |*                                                       |

ebpf_bio_req_latency{device="sda", operation="write"}
  count 5378   average 229.6   p50 115.7   p95 551.3   p99 1364
         (4, 8]     1 |*                                                       |
        (8, 16]    12 |*                                                       |
       (16, 32]   140 |***                                                     |
       (32, 64]   800 |********************                                    |
      (64, 128]  2150 |********************************************************|
     (128, 256]  1460 |**************************************                  |
     (256, 512]   530 |*************                                           |
    (512, 1024]   210 |*****                                                   |
   (1024, 2048]    64 |*                                                       |
   (2048, 4096]     9 |*                                                       |
   (4096, 8192]     0 |                                                        |
  (8192, 16384]     2 |*                                                       |

ebpf_bio_req_size
  count 5   average 8   p50 0.8333   p95 > 4   p99 > 4
     (0, 1]  3 |***************************************************************|
     (1, 2]  0 |                                                               |
     (2, 4]  1 |*********************                                          |
  (4, +Inf]  1 |*********************                                          |
)");
}

TEST(RenderHistograms, KeepsTheLabelsOfASingleHistogramInItsTitle) {
  Store store;
  add_histogram(store, "runqueue_latency_seconds", {{"cpu", "0"}, {"job", "a"}},
                {{0.000001, 0}, {0.0000025, 8}, {0.001, 4}, {0.25, 1}, {kInf, 2}}, 1.5);
  EXPECT_EQ("\n" + render_histograms(store, {.width = 60}), R"(
job="a"

runqueue_latency_seconds{cpu="0"}
  count 15   average 0.1   p50 2.406e-06   p95 > 0.25
  p99 > 0.25
  (1e-06, 2.5e-06]  8 |************************************|
  (2.5e-06, 0.001]  4 |******************                  |
     (0.001, 0.25]  1 |****                                |
      (0.25, +Inf]  2 |*********                           |
)");
}

TEST(RenderHistograms, GivesNeighboursOneRowWhereThereAreTooMany) {
  Store store;
  std::vector<Bucket> buckets;
  for (int i = 1; i <= 10; ++i) buckets.push_back({1.0 * i, 1.0 * i});
  buckets.push_back({kInf, 0});
  add_histogram(store, "linear", {}, buckets, 385);
  EXPECT_EQ("\n" + render_histograms(store, {.width = 40, .rows_max = 4}), R"(
linear
  count 55   average 7   p50 6.929
  p95 9.725   p99 9.945
   (0, 3]   6 |******                  |
   (3, 6]  15 |***************         |
   (6, 9]  24 |************************|
  (9, 10]  10 |**********              |
)");
}

TEST(RenderHistograms, ShowsHistogramsThatHoldNothingOrNoFiniteBound) {
  Store store;
  add_histogram(store, "a_empty", {}, {{1, 0}, {kInf, 0}}, 0);
  add_histogram(store, "b_unbounded", {}, {{kInf, 5}}, 10);
  add_histogram(store, "c_zero", {}, {{0, 2}, {1, 2}, {kInf, 0}}, 1);
  EXPECT_EQ("\n" + render_histograms(store, {.width = 50}), R"(
a_empty
  count 0

b_unbounded
  count 5   average 2
  (0, +Inf]  5 |*********************************|

c_zero
  count 4   average 0.25   p50 0   p95 0.9
  p99 0.98
  (-Inf, 0]  2 |*********************************|
     (0, 1]  2 |*********************************|
)");
}

TEST(RenderHistograms, ShowsNativeHistogramsOfEitherKindOfBounds) {
  Store store;
  ReceivedHistogram histogram;
  histogram.count_int = 6;
  histogram.sum = 12;
  histogram.positive = {.spans = {{1, 2}}, .deltas = {2, 2}, .counts = {}};  // (1, 2] and (2, 4]
  store.add_native({{"__name__", "native"}, {"device", "sda"}}, histogram);
  histogram.schema = kCustomBoundsSchema;
  histogram.custom_values = {0.5, 3};
  store.add_native({{"__name__", "custom"}, {"device", "sda"}}, histogram);
  histogram.sum = std::bit_cast<double>(0x7ff0000000000002);
  store.add_native({{"__name__", "ended"}, {"device", "sda"}}, histogram);
  EXPECT_EQ(render_histograms(store, {.width = 40}),
            "device=\"sda\"\n"
            "\n"
            "custom\n"
            "  count 6   average 2   p50 > 3\n"
            "  p95 > 3   p99 > 3\n"
            "   (0.5, 3]  2 |***********            |\n"
            "  (3, +Inf]  4 |***********************|\n"
            "\n"
            "native\n"
            "  count 6   average 2   p50 2.5\n"
            "  p95 3.85   p99 3.97\n"
            "  (1, 2]  2 |*************             |\n"
            "  (2, 4]  4 |**************************|\n");
}

TEST(RenderHistograms, LeavesOutNamesWithoutThePrefix) {
  Store store;
  add_histogram(store, "ebpf_io", {}, {{1, 1}, {kInf, 0}}, 1);
  add_histogram(store, "bpfpush_push_seconds", {}, {{1, 1}, {kInf, 0}}, 1);
  const std::string text = render_histograms(store, {.name_prefix = "ebpf_"});
  EXPECT_TRUE(text.starts_with("ebpf_io\n"));
  EXPECT_EQ(text.find("bpfpush"), std::string::npos);
}

TEST(RenderHistograms, NeverIsWiderThanAskedWhateverTheCounts) {
  for (const double count : {1.0, 7.0, 1e6, 1e14, 1e300}) {
    SCOPED_TRACE(count);
    Store store;
    add_histogram(store, "io", {}, {{1, 1}, {2147483648, count}, {kInf, count / 3}}, count);
    const std::string text = render_histograms(store, {});
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
      EXPECT_LE(end - begin, 80u);
      begin = end + 1;
    }
    EXPECT_EQ(begin, text.size());
  }
}

TEST(RenderHistograms, PrintsNoControlCharacters) {
  Store store;
  add_histogram(store, "io", {{"device", "a\x1b[2J\nb"}}, {{1, 1}, {kInf, 0}}, 1);
  const std::string text = render_histograms(store, {});
  EXPECT_TRUE(text.starts_with("io{device=\"a?[2J?b\"}\n")) << text;
}

TEST(HumaneNumber, IsWhatAReaderWants) {
  struct Case {
    double value;
    const char* want;
  };
  const Case cases[] = {
      {0, "0"},
      {1, "1"},
      {2147483648, "2147483648"},
      {0.001, "0.001"},
      {0.0009765625, "0.0009766"},
      {0.000001024, "1.024e-06"},
      {812.4444, "812.4"},
      {1448.154, "1448"},
      {-2.5, "-2.5"},
      {1e15, "1e+15"},
      {kInf, "+Inf"},
      {-kInf, "-Inf"},
  };
  for (const Case& c : cases) EXPECT_EQ(humane_number(c.value), c.want);
}

}  // namespace
}  // namespace bpfpush
