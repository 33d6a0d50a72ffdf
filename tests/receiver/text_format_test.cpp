#include "receiver/text_format.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace bpfpush {
namespace {

TEST(TextFormat, OfAnEmptyStoreIsEmpty) {
  EXPECT_EQ(to_text_format(Store()), "");
}

TEST(TextFormat, ShowsAHistogramTogetherAndItsBucketsByBound) {
  Store store;
  store.describe("io", {"histogram", "Latency."});
  for (const char* device : {"sdb", "sda"}) {
    store.add({{"__name__", "io_count"}, {"device", device}}, {3, 1000});
    store.add({{"__name__", "io_bucket"}, {"device", device}, {"le", "+Inf"}}, {3, 1000});
    store.add({{"__name__", "io_bucket"}, {"device", device}, {"le", "1.048576e+06"}}, {2, 1000});
    store.add({{"__name__", "io_bucket"}, {"device", device}, {"le", "2"}}, {1, 1000});
    store.add({{"__name__", "io_sum"}, {"device", device}}, {2097152, 1000});
  }
  store.add({{"__name__", "io_bytes"}}, {5, 1000});
  EXPECT_EQ(to_text_format(store),
            "# HELP io Latency.\n"
            "# TYPE io histogram\n"
            "io_bucket{device=\"sda\",le=\"2\"} 1\n"
            "io_bucket{device=\"sda\",le=\"1.048576e+06\"} 2\n"
            "io_bucket{device=\"sda\",le=\"+Inf\"} 3\n"
            "io_sum{device=\"sda\"} 2.097152e+06\n"
            "io_count{device=\"sda\"} 3\n"
            "io_bucket{device=\"sdb\",le=\"2\"} 1\n"
            "io_bucket{device=\"sdb\",le=\"1.048576e+06\"} 2\n"
            "io_bucket{device=\"sdb\",le=\"+Inf\"} 3\n"
            "io_sum{device=\"sdb\"} 2.097152e+06\n"
            "io_count{device=\"sdb\"} 3\n"
            "io_bytes 5\n");
}

TEST(TextFormat, GivesASuffixOnlyToAFamilyThatHasSuchParts) {
  Store store;
  store.describe("jobs", {"gauge", ""});
  store.describe("io", {"histogram", ""});
  store.describe("io_count", {"counter", ""});
  store.add({{"__name__", "jobs"}}, {1, 1000});
  store.add({{"__name__", "jobs_count"}}, {2, 1000});
  store.add({{"__name__", "io_count"}}, {3, 1000});
  EXPECT_EQ(to_text_format(store),
            "# TYPE io_count counter\n"
            "io_count 3\n"
            "# TYPE jobs gauge\n"
            "jobs 1\n"
            "jobs_count 2\n");
}

TEST(TextFormat, EscapesHelpAndLabelValues) {
  Store store;
  store.describe("up", {"gauge", "a \"b\"\nc\\d"});
  store.add({{"__name__", "up"}, {"path", "a \"b\"\nc\\d"}}, {1, 1000});
  EXPECT_EQ(to_text_format(store),
            "# HELP up a \"b\"\\nc\\\\d\n"
            "# TYPE up gauge\n"
            "up{path=\"a \\\"b\\\"\\nc\\\\d\"} 1\n");
}

TEST(TextFormat, LeavesOutSeriesThatHaveEnded) {
  Store store;
  store.describe("up", {"gauge", ""});
  store.add({{"__name__", "up"}}, {std::bit_cast<double>(0x7ff0000000000002), 1000});
  store.add({{"__name__", "undescribed"}}, {std::bit_cast<double>(0x7ff0000000000002), 1000});
  EXPECT_EQ(to_text_format(store), "");
}

}  // namespace
}  // namespace bpfpush
