#include "spool/segment.hpp"

#include <gtest/gtest.h>

#include "spool/cursor_file.hpp"
#include "spool/random_host.hpp"
#include "spool/snapshot_encoder.hpp"
#include "spool/spool_deck.hpp"

namespace bpfpush {
namespace {

constexpr std::uint32_t kSnapshots = 12;

// A whole segment, and where its records begin.
struct Segment {
  Segment() {
    RandomHost host(31, {.restart = 0.05, .come_or_go = 0.05, .value_bits_max = 12});
    SnapshotEncoder encoder;
    std::string records;
    SegmentInfo info;
    for (std::uint32_t i = 0; i < kSnapshots; ++i) {
      StoredSnapshot stored = host.next();
      stored.id += 1;
      records += encoder.encode(stored);
      info.last_id = stored.id;
    }
    info.snapshots = kSnapshots;
    bytes = spool_format::segment_head(1) + records + spool_format::to_end_record(info.end());
    for (std::size_t at = 0; at < bytes.size();) {
      begins.push_back(at);
      const auto payload = spool_format::record_at(bytes, at);
      at += payload ? spool_format::kRecordHeadBytes + payload->size()
                    : spool_format::kSegmentHeadBytes;  // the head's, which is first
    }
    begins.push_back(bytes.size());
  }

  std::string bytes;
  std::vector<std::size_t> begins;  // of the head, of each record, and the end
};

std::uint32_t readable(std::string bytes) {
  SegmentReader reader(std::move(bytes));
  while (reader.next()) continue;
  return reader.snapshots();
}

TEST(Segment, IsReadWhole) {
  const Segment segment;
  const SegmentScan scan = scan_segment(segment.bytes);
  EXPECT_TRUE(scan.damage.empty());
  EXPECT_EQ(scan.snapshots, kSnapshots);
  EXPECT_EQ(scan.records, segment.begins.size() - 2);
  ASSERT_TRUE(scan.end);
  EXPECT_EQ(scan.end->last_id, scan.last_id);
  EXPECT_EQ(readable(segment.bytes), kSnapshots);
}

TEST(Segment, KeepsWhatIsBeforeATornTailWhereverItIsTorn) {
  const Segment segment;
  for (std::size_t size = 0; size < segment.bytes.size(); ++size) {
    SCOPED_TRACE(size);
    const SegmentScan scan = scan_segment(segment.bytes.substr(0, size));
    std::size_t last = 0;  // the begin of what is torn
    for (const std::size_t begin : segment.begins) last = begin <= size ? begin : last;
    EXPECT_EQ(scan.torn_bytes, size < spool_format::kSegmentHeadBytes ? 0 : size - last);
    EXPECT_EQ(scan.snapshots, readable(segment.bytes.substr(0, last)));
    EXPECT_EQ(scan.unread_snapshots, 0u);
  }
}

TEST(Segment, DamageThatCannotBeRepairedIsReportedAsTheRecordItIsIn) {
  const Segment segment;
  for (std::size_t i = 0; i + 1 < segment.begins.size(); ++i) {
    const std::size_t begin = segment.begins[i];
    const std::size_t size = segment.begins[i + 1] - begin;
    const std::uint32_t before = i == 0 ? kSnapshots : readable(segment.bytes.substr(0, begin));
    for (std::size_t at = begin; at < begin + size; ++at) {
      SCOPED_TRACE(at);
      std::string damaged = segment.bytes;
      damaged[at] ^= static_cast<char>(3 << at % 7);
      const SegmentScan scan = scan_segment(damaged);
      ASSERT_EQ(scan.damage, (std::vector<SegmentDamage>{{begin, size}}));
      EXPECT_EQ(scan.snapshots, before);
      EXPECT_EQ(readable(damaged), before);
    }
  }
}

TEST(CursorFile, SaysTheLastValidPosition) {
  FakeStorage storage;
  auto file = CursorFile::create(storage, "main.cursor");
  ASSERT_TRUE(storage.append("main.cursor", std::string(spool_format::kCursorMagic)));
  file = CursorFile::open(storage, "main.cursor").value();
  EXPECT_EQ(file.saved(), std::nullopt);
  for (std::uint64_t id = 100; id < 103; ++id) ASSERT_TRUE(file.save(id));
  const std::string bytes = storage.at("main.cursor");
  EXPECT_EQ(bytes.size(), 8 + 3 * spool_format::kPositionBytes);
  EXPECT_EQ(parse_cursor(bytes).id, 102u);
  EXPECT_TRUE(parse_cursor(bytes).whole);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const CursorPosition position = parse_cursor(bytes.substr(0, size));
    const std::size_t positions = size < 8 ? 0 : (size - 8) / spool_format::kPositionBytes;
    EXPECT_EQ(position.id.value_or(99), 99 + positions);
  }
  for (std::size_t i = 8; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] ^= 16;
    const bool is_last = i >= bytes.size() - spool_format::kPositionBytes;
    EXPECT_EQ(parse_cursor(damaged).id, is_last ? 101u : 102u);
    EXPECT_FALSE(parse_cursor(damaged).whole);
  }
}

TEST(CursorFile, IsNamedForItsEndpoint) {
  EXPECT_EQ(cursor_file_name("main"), "main.cursor");
  EXPECT_EQ(cursor_file_name("127.0.0.1:9090"), "127.0.0.1%3A9090.cursor");
  EXPECT_EQ(cursor_file_name("../x"), "..%2Fx.cursor");
  const std::string long_name(1'000, 'x');
  EXPECT_LE(cursor_file_name(long_name).size(), 255u);
  EXPECT_NE(cursor_file_name(long_name), cursor_file_name(long_name + "y"));
}

}  // namespace
}  // namespace bpfpush
