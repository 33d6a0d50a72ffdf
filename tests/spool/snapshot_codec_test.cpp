// Snapshots to records and back.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "spool/format.hpp"
#include "spool/parity.hpp"
#include "spool/random_host.hpp"
#include "spool/snapshot_decoder.hpp"
#include "spool/snapshot_encoder.hpp"
#include "support/result_printer.hpp"

namespace bpfpush {
namespace {

// The payloads of records that follow each other without damage.
std::vector<std::string> payloads(const std::string& records) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < records.size();) {
    const auto payload = spool_format::record_at(records, at);
    if (!payload) return {};
    all.emplace_back(*payload);
    at += spool_format::kRecordHeadBytes + payload->size();
  }
  return all;
}

void expect_equal(const StoredSnapshot& got, const StoredSnapshot& want) {
  ASSERT_EQ(got.id, want.id);
  ASSERT_EQ(got.begins_run, want.begins_run);
  ASSERT_EQ(got.snapshot->instant, want.snapshot->instant);
  ASSERT_EQ(contents(*got.snapshot), contents(*want.snapshot));
  ASSERT_EQ(starts(*got.snapshot), starts(*want.snapshot));
}

TEST(SnapshotCodec, ReadsBackWhatItWrote) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    RandomHost host(seed);
    SnapshotEncoder encoder;
    SnapshotDecoder decoder;
    for (int i = 0; i < 30; ++i) {
      const StoredSnapshot stored = host.next(true);
      const std::vector<std::string> records = payloads(encoder.encode(stored));
      ASSERT_FALSE(records.empty());
      for (const std::string& payload : records) {
        EXPECT_EQ(decoder.apply(payload), Result<bool>(payload == records.back()));
      }
      ASSERT_NO_FATAL_FAILURE(expect_equal(decoder.snapshot(), stored));
    }
  }
}

TEST(SnapshotCodec, KeepsAllThatAFamilySays) {
  Family family;
  family.name = "latency_seconds";
  family.help = "How long, \"quoted\".";
  family.unit = "seconds";
  family.type = MetricType::kHistogram;
  family.label_names = {"a", "b"};
  family.bounds = {0.1, 0.25, 1e300};
  family.divisor = 1e9;
  family.multiplier = 0.1;
  family.has_sum = false;
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->families.push_back({std::make_shared<const Family>(family), {}, {}});
  snapshot->families[0].append(std::make_shared<const Series>(Series{{"", "x"}}));
  SnapshotDecoder decoder;
  for (const std::string& payload : payloads(SnapshotEncoder().encode({1, false, snapshot}))) {
    ASSERT_TRUE(decoder.apply(payload));
  }
  const StoredSnapshot read = decoder.snapshot();
  const Family& got = *read.snapshot->families.at(0).family;
  EXPECT_EQ(got.name, family.name);
  EXPECT_EQ(got.help, family.help);
  EXPECT_EQ(got.unit, family.unit);
  EXPECT_EQ(got.type, family.type);
  EXPECT_EQ(got.label_names, family.label_names);
  EXPECT_EQ(got.bounds, family.bounds);
  EXPECT_EQ(got.divisor, family.divisor);
  EXPECT_EQ(got.multiplier, family.multiplier);
  EXPECT_EQ(got.has_sum, family.has_sum);
}

TEST(SnapshotCodec, AStartThatIsAnotherIsABreak) {
  RandomHost host(3, {.restart = 0, .come_or_go = 0});
  SnapshotEncoder encoder;
  encoder.encode({1, false, host.next().snapshot});
  auto later = std::make_shared<Snapshot>(*host.next().snapshot);
  later->instant.boot_id = {};
  for (FamilySnapshot& family : later->families) family.counting_since = {};
  encoder.encode({2, false, later});
  encoder.encode({3, false, later});
  EXPECT_FALSE(encoder.broke());
  auto anew = std::make_shared<Snapshot>(*later);
  anew->families.at(0).counting_since = std::chrono::nanoseconds(5);
  encoder.encode({4, false, anew});
  EXPECT_TRUE(encoder.broke());
  encoder.encode({5, false, anew});
  EXPECT_FALSE(encoder.broke());
}

TEST(SnapshotCodec, KeepsFamilyAndSeriesOfASegmentTheSameObjects) {
  RandomHost host(3, {.restart = 0, .come_or_go = 0});
  SnapshotEncoder encoder;
  SnapshotDecoder decoder;
  std::vector<StoredSnapshot> read;
  for (int i = 0; i < 2; ++i) {
    for (const std::string& payload : payloads(encoder.encode(host.next()))) {
      ASSERT_TRUE(decoder.apply(payload));
    }
    read.push_back(decoder.snapshot());
  }
  ASSERT_FALSE(read[0].snapshot->families.empty());
  for (std::size_t i = 0; i < read[0].snapshot->families.size(); ++i) {
    EXPECT_EQ(read[0].snapshot->families[i].family, read[1].snapshot->families[i].family);
    EXPECT_EQ(read[0].snapshot->families[i].series, read[1].snapshot->families[i].series);
  }
}

TEST(SnapshotCodec, NamesEqualSeriesOnceWhateverTheirObjects) {
  SnapshotEncoder encoder;
  const auto first = encoder.encode(RandomHost(3).next());
  StoredSnapshot again = RandomHost(3).next();
  again.id += 1;
  EXPECT_EQ(payloads(first).size(), 2u) << "a dictionary and a snapshot";
  EXPECT_EQ(payloads(encoder.encode(again)).size(), 1u);
}

TEST(SnapshotCodec, RefusesADifferenceWithoutWhatItIsTo) {
  RandomHost host(5);
  SnapshotEncoder encoder;
  encoder.encode(host.next());
  const auto second = payloads(encoder.encode(host.next()));
  EXPECT_EQ(SnapshotDecoder().apply(second.back()), Error(Errc::kMalformed, ""));
}

TEST(SnapshotCodec, SurvivesWhateverItIsGiven) {
  std::size_t applied = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    RandomHost host(seed);
    SnapshotEncoder encoder;
    SnapshotDecoder decoder;
    for (int i = 0; i < 5; ++i) {
      for (std::string payload : payloads(encoder.encode(host.next()))) {
        for (std::size_t flips = host.below(4); flips > 0; --flips) {
          payload[host.below(payload.size())] ^= static_cast<char>(1 << host.below(8));
        }
        payload.resize(payload.size() - host.below(2));
        const auto result = decoder.apply(payload);
        if (result && *result) applied += decoder.snapshot().snapshot->families.size();
      }
    }
  }
  EXPECT_GT(applied, 0u);
}

TEST(SnapshotCodec, NeedsAtMostTwelveBytesForAHistogramAndSnapshot) {
  constexpr std::size_t kSegments = 4;
  std::size_t bytes = 0;
  BusyHost host;
  for (std::size_t segment = 0; segment < kSegments; ++segment) {
    SnapshotEncoder encoder;
    ParityWriter parity;
    std::string written = spool_format::segment_head(1);
    for (std::size_t i = 0; i < spool_format::kSegmentSnapshots; ++i) {
      const std::string records = encoder.encode(host.next());
      written += records + parity.add(records);
    }
    bytes +=
        written.size() + ParityWriter::of_whole(written).size() + spool_format::kEndRecordBytes;
  }
  const double each =
      static_cast<double>(bytes) / (100.0 * kSegments * spool_format::kSegmentSnapshots);
  RecordProperty("bytes_per_histogram_and_snapshot", std::to_string(each));
  std::printf("%.2f bytes for each histogram and snapshot\n", each);
  EXPECT_LE(each, 12);
  const double week_bytes = each * 100 * 7 * 24 * 3600 / 15;
  EXPECT_LE(week_bytes, 64 << 20) << "a week at 15 s";
}

}  // namespace
}  // namespace bpfpush
