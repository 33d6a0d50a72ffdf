#include "spool/format.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

#include "spool/snapshot_encoder.hpp"

namespace bpfpush::spool_format {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

TEST(SpoolFormat, MatchesTheDocumentedBytes) {
  EXPECT_EQ(to_record("abc"), bytes({3, 0, 0, 0, 0xf8, 0x83, 0x14, 0x55, 'a', 'b', 'c'}));
}

TEST(SpoolFormat, ChecksumIsCrc32c) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
}

TEST(SpoolFormat, SegmentsAreNamedForTheirFirstId) {
  EXPECT_EQ(segment_name(7), "0000000000000007.spool");
  EXPECT_EQ(parse_segment_name("00000000000000ff.spool"), 255u);
  for (const char* name : {"", "7.spool", "00000000000000FF.spool", "00000000000000fg.spool",
                           "0000000000000007.tmp", "main.cursor"}) {
    EXPECT_EQ(parse_segment_name(name), std::nullopt) << name;
  }
}

TEST(SpoolFormat, AHeadSaysWhetherItIsToBeTrusted) {
  const std::string head = segment_head(7);
  EXPECT_EQ(head.substr(0, 16),
            bytes({'B', 'P', 'F', 'P', 'S', 'P', 'L', 2, 7, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(check_segment_head(head), HeadState::kValid);
  for (std::size_t i = 0; i < head.size(); ++i) {
    std::string flipped = head;
    flipped[i] ^= 4;
    EXPECT_EQ(check_segment_head(flipped), HeadState::kDamaged) << i;
    EXPECT_EQ(check_segment_head(head.substr(0, i)), HeadState::kDamaged) << i;
  }
  std::string newer = head.substr(0, 16);
  newer[7] = 3;
  const std::uint32_t checksum = crc32c(newer);
  for (int i = 0; i < 4; ++i) newer += static_cast<char>(checksum >> 8 * i);
  EXPECT_EQ(check_segment_head(newer), HeadState::kUnknownVersion);
}

TEST(SpoolFormat, ASegmentIsTheseBytes) {
  auto family = std::make_shared<Family>();
  family->name = "a";
  family->help = "b";
  family->type = MetricType::kHistogram;
  family->multiplier = 2;
  family->has_sum = false;
  family->label_names = {"d"};
  family->bounds = {1, 2};
  Snapshot snapshot;
  snapshot.instant.since_boot = std::chrono::nanoseconds(300);
  snapshot.instant.wall += std::chrono::milliseconds(-1);
  snapshot.instant.boot_id[0] = 9;
  snapshot.instant.synchronized = true;
  snapshot.families.push_back({family, {}, {}});
  auto row = snapshot.families[0].append(std::make_shared<const Series>(Series{{"x"}}));
  row[0] = 200;
  row[2] = 5;
  SnapshotEncoder encoder;
  std::string segment = encoder.encode({16, true, std::make_shared<const Snapshot>(snapshot)});
  row[0] = 201;
  row[3] = 1;
  snapshot.families[0].counting_since = std::chrono::nanoseconds(200);
  snapshot.instant.since_boot += std::chrono::milliseconds(2);
  snapshot.instant.wall += std::chrono::milliseconds(3);
  segment += encoder.encode({18, false, std::make_shared<const Snapshot>(snapshot)});

  std::string want = to_record(bytes({1,                          // dictionary
                                      1,                          // one family
                                      2, 1, 1,   'a', 1, 'b', 0,  // type, flags, name, help, unit
                                      0, 0, 0,   0,   0, 0,   0xf0, 0x3f,  // divisor 1.0
                                      0, 0, 0,   0,   0, 0,   0,    0x40,  // multiplier 2.0
                                      1, 1, 'd',                           // label names
                                      2,                                   // bounds 1.0, 2.0
                                      0, 0, 0,   0,   0, 0,   0xf0, 0x3f,  //
                                      0, 0, 0,   0,   0, 0,   0,    0x40,  //
                                      1, 0, 1,   'x'}));                   // one series
  want += to_record(bytes({2,    16,   3,                                  // full, id, flags
                           9,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // boot id
                           0xac, 0x02, 1,                 // 300 ns, -1 ms
                           1,    0xc8, 0x01, 1, 1, 5}));  // replaced: sum 200, bucket 1 is 5
  want += to_record(bytes({3, 2, 18,                      // difference, id + 2, flags
                           0x80, 0x92, 0xf4, 0x01, 2,     // 2 ms later, and 1 ms of the wall clock
                           1, 0, 0xc8, 0x01,              // family 0 counts since 200 ns
                           0, 1, 2, 1, 1}));              // grown: sum + 1, bucket 2 + 1
  EXPECT_EQ(segment, want);
}

TEST(SpoolFormat, AnEndIsReadBack) {
  const SegmentEnd end{.snapshots = 64,
                       .last_id = 1'000'000'007,
                       .level = 3,
                       .last_since_boot = 1ull << 60,
                       .first_since_boot = 5};
  const std::string record = to_end_record(end);
  EXPECT_EQ(record.size(), kEndRecordBytes);
  EXPECT_EQ(parse_end(record_at(record, 0).value()), end);
  EXPECT_EQ(parse_end("\x03"), std::nullopt);
}

TEST(SpoolFormat, ReadingGoesOnAtTheNextRecord) {
  const std::string records = to_record("first") + to_record("second") + to_record("third");
  const std::size_t second = to_record("first").size();
  const std::size_t third = second + to_record("second").size();
  for (std::size_t i = 0; i < third - second; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = records;
      damaged[second + i] ^= static_cast<char>(1 << bit);
      EXPECT_TRUE(record_at(damaged, 0));
      EXPECT_FALSE(record_at(damaged, second));
      EXPECT_EQ(next_record(damaged, second), third);
    }
  }
  for (std::size_t size = third + 1; size < records.size(); ++size) {
    const std::string torn = records.substr(0, size);
    EXPECT_FALSE(record_at(torn, third));
    EXPECT_EQ(next_record(torn, third), size);
  }
}

}  // namespace
}  // namespace bpfpush::spool_format
