// What parity restores of damaged segments.
#include "spool/parity.hpp"

#include <gtest/gtest.h>

#include <random>

#include "spool/erasures.hpp"
#include "spool/format.hpp"
#include "spool/galois.hpp"
#include "spool/random_host.hpp"
#include "spool/repair.hpp"
#include "spool/segment.hpp"
#include "spool/snapshot_encoder.hpp"

namespace bpfpush {
namespace {

// A segment as the agent writes it, and what is in it.
class WrittenSegment {
 public:
  template <typename Host>
  WrittenSegment(Host host, std::uint32_t snapshots, bool sealed = true) {
    SnapshotEncoder encoder;
    ParityWriter parity;
    SegmentInfo info;
    bytes = spool_format::segment_head(1);
    std::string unparitied = bytes;
    for (std::uint32_t i = 0; i < snapshots; ++i) {
      StoredSnapshot stored = host.next();
      stored.id = i + 1;
      const std::string records = encoder.encode(stored);
      bytes += records;
      bytes += parity.add(i == 0 ? unparitied + records : records);
      contents_.push_back(contents(*stored.snapshot));
    }
    info.snapshots = snapshots;
    info.last_id = snapshots;
    if (sealed) bytes += ParityWriter::of_whole(bytes) + spool_format::to_end_record(info.end());
  }

  // How many of the first snapshots are read back from `found`, and are right.
  std::size_t readable(std::string found) const {
    SegmentReader reader(std::move(found));
    std::size_t count = 0;
    while (reader.next() && contents(*reader.snapshot().snapshot) == contents_.at(count)) ++count;
    return count;
  }
  std::size_t size() const { return contents_.size(); }

  std::string bytes;

 private:
  std::vector<Contents> contents_;
};

// The records that hold any of these bytes, by walking over the sound segment.
std::vector<SegmentDamage> touched(const std::string& sound, const std::string& damaged) {
  std::vector<SegmentDamage> all;
  for (std::size_t at = 0; at < sound.size();) {
    const auto payload = spool_format::record_at(sound, at);
    const std::size_t size = payload ? spool_format::kRecordHeadBytes + payload->size()
                                     : spool_format::kSegmentHeadBytes;
    if (sound.substr(at, size) != damaged.substr(at, size)) all.push_back({at, size, true});
    at += size;
  }
  return all;
}

// Without whether they can be restored: of what restores others, not all can.
std::vector<std::pair<std::uint64_t, std::uint64_t>> places(
    const std::vector<SegmentDamage>& damage) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
  for (const SegmentDamage& one : damage) all.emplace_back(one.offset, one.bytes);
  return all;
}

TEST(Galois, IsAField) {
  for (unsigned a = 1; a < 256; ++a) {
    const auto element = static_cast<std::uint8_t>(a);
    EXPECT_EQ(galois::multiply(element, 1), element);
    EXPECT_EQ(galois::multiply(element, galois::inverse(element)), 1);
  }
  EXPECT_EQ(galois::multiply(0x80, 2), 0x1d);
  EXPECT_EQ(galois::products(7)[9], galois::multiply(9, 7));
}

TEST(Erasures, FindsWhichBytesAreWrong) {
  const auto equations = [](std::vector<std::uint8_t> errors, std::size_t count) {
    std::vector<ColumnEquation> all(count);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t row = 0; row < errors.size(); ++row) {
        all[i].coefficients.push_back(parity_coefficient(i, row));
        all[i].difference ^= galois::multiply(all[i].coefficients.back(), errors[row]);
      }
    }
    return all;
  };
  using Errors = std::vector<ColumnError>;
  EXPECT_EQ(find_errors(equations({5, 6, 7}, 3), false), (Errors{{0, 5}, {1, 6}, {2, 7}}));
  EXPECT_EQ(find_errors(equations({0, 6, 0}, 2), false), Errors());
  EXPECT_EQ(find_errors(equations({0, 6, 0}, 2), true), (Errors{{1, 6}}));
  EXPECT_EQ(find_errors(equations({0, 6, 0, 0, 9}, 3), true), (Errors{{1, 6}, {4, 9}}));
  EXPECT_EQ(find_errors(equations({1, 2, 3, 4}, 3), true), Errors()) << "three equations, four";
}

TEST(Parity, IsTheseBytes) {
  ParityWriter writer;
  std::string bytes(64 * 12, '\0');
  bytes[1] = 3;
  bytes[64] = 1;
  const std::string records = writer.add(bytes);
  std::string sum(64, '\0');
  const auto coefficient = [](unsigned number, unsigned row) {
    return galois::inverse(static_cast<std::uint8_t>(number ^ (255 - row)));
  };
  sum[0] = static_cast<char>(coefficient(0, 1));
  sum[1] = static_cast<char>(galois::multiply(3, coefficient(0, 0)));
  EXPECT_EQ(coefficient(0, 0), 0xfd);
  EXPECT_EQ(records, spool_format::to_record(std::string("\x05\0\0\x80\x06", 5) + sum));
}

TEST(Parity, TakesAtMostWhatItSaid) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5; ++round) {
    ParityWriter writer;
    std::string segment;
    for (int i = 0; i < 20; ++i) {
      const std::size_t size = 1 + random() % (i % 5 == 4 ? 60'000 : 3'000);
      const std::size_t said = writer.bytes_max(size);
      segment += std::string(size, 'x');
      const std::string added = writer.add(segment.substr(segment.size() - size));
      segment += added;
      ASSERT_LE(added.size(), said);
      ASSERT_LE(ParityWriter::of_whole(segment).size(),
                ParityWriter::whole_bytes_max(segment.size()));
    }
  }
}

TEST(Parity, AFlippedBitCostsNothingWhereverItIs) {
  const WrittenSegment segment(RandomHost(31, {.restart = 0.05, .come_or_go = 0.05}), 12);
  for (std::size_t at = 0; at < segment.bytes.size(); ++at) {
    SCOPED_TRACE(at);
    std::string damaged = segment.bytes;
    damaged[at] ^= static_cast<char>(1 << at % 8);
    ASSERT_TRUE(repair(damaged) == segment.bytes);
    const SegmentScan scan = scan_segment(damaged);
    EXPECT_EQ(scan.damage, touched(segment.bytes, damaged));
    EXPECT_EQ(scan.snapshots, segment.size());
    EXPECT_TRUE(scan.is_whole());
  }
}

TEST(Parity, AFlippedBitCostsNothingInASegmentThatACrashEnded) {
  const WrittenSegment segment(BusyHost(), 20, false);
  std::size_t last = 0;  // the begin of the last record, which a crash would have torn
  for (const SegmentDamage& one : touched(segment.bytes, std::string(segment.bytes.size(), 'x'))) {
    last = one.offset;
  }
  for (std::size_t at = 0; at < last; at += 101) {
    std::string damaged = segment.bytes;
    damaged[at] ^= static_cast<char>(1 << at % 8);
    ASSERT_TRUE(repair(damaged) == segment.bytes) << at;
  }
}

TEST(Parity, ManyFlippedBitsCostNothing) {
  const WrittenSegment segment(BusyHost(), 64);
  std::mt19937_64 random(5);
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(round);
    std::string damaged = segment.bytes;
    for (int flips = 0; flips < 10; ++flips) {
      damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    }
    const SegmentScan scan = scan_segment(damaged);
    EXPECT_EQ(places(scan.damage), places(touched(segment.bytes, damaged)));
    ASSERT_EQ(segment.readable(damaged), segment.size());
  }
}

TEST(Parity, ASectorOfZerosCostsNothing) {
  constexpr std::size_t kSector = 4'096;
  const WrittenSegment segment(BusyHost(), 64);
  ASSERT_GT(segment.bytes.size(), 10 * kSector);
  for (std::size_t at = 0; at + 2 * kSector < segment.bytes.size(); at += 5'000) {
    std::string damaged = segment.bytes;
    damaged.replace(at, kSector, kSector, '\0');
    ASSERT_EQ(segment.readable(damaged), segment.size()) << at;
    if (at > segment.bytes.size() * 4 / 5) continue;  // what restores others, and is lost itself
    EXPECT_EQ(scan_segment(damaged).damage, touched(segment.bytes, damaged)) << at;
  }
}

TEST(Parity, WhatCannotBeRestoredCostsTheRestAndNothingIsWrong) {
  const WrittenSegment segment(BusyHost(), 64);
  std::mt19937_64 random(7);
  std::size_t lost = 0;
  for (int round = 0; round < 8; ++round) {
    std::string damaged = segment.bytes;
    const std::size_t begin = random() % (damaged.size() / 2);
    for (std::size_t at = begin; at < begin + damaged.size() / 3; at += 1 + random() % 3) {
      damaged[at] = static_cast<char>(random());
    }
    SegmentReader reader(damaged);
    std::uint32_t count = 0;
    while (reader.next()) ++count;
    EXPECT_EQ(segment.readable(damaged), count);
    EXPECT_EQ(scan_segment(damaged).snapshots, count);
    lost += segment.size() - count;
  }
  EXPECT_GT(lost, 100u);
}

TEST(Parity, SegmentsThatGrowBeyondAStretchAreRestoredAsWell) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    const WrittenSegment segment(RandomHost(seed), 400);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 8; ++round) {
      std::string damaged = segment.bytes;
      for (int flips = 0; flips < 5; ++flips) {
        damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
      }
      ASSERT_EQ(segment.readable(damaged), segment.size());
    }
  }
}

}  // namespace
}  // namespace bpfpush
