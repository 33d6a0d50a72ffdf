#include "spool/snapshot_decoder.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace bpfpush {
namespace {

using spool_format::How;
using spool_format::Kind;

constexpr std::size_t kMaskBits = 7;

void read_histogram(ByteReader& reader, std::vector<std::uint64_t>& row) {
  row[0] += reader.varint();
  const std::uint64_t first = reader.varint();
  if (first >= row.size() - 1) return reader.fail();
  std::vector<std::size_t> columns;
  for (std::size_t begin = 1 + static_cast<std::size_t>(first);; begin += kMaskBits) {
    const std::uint8_t mask = reader.u8();
    for (std::size_t bit = 0; bit < kMaskBits; ++bit) {
      if (mask >> bit & 1) columns.push_back(begin + bit);
    }
    if (mask < 0x80) break;
    if (begin >= row.size()) return reader.fail();
  }
  for (const std::size_t column : columns) {
    if (column >= row.size()) return reader.fail();
    row[column] += reader.varint();
  }
}

}  // namespace

Result<bool> SnapshotDecoder::apply(std::string_view payload) {
  ByteReader reader(payload);
  const auto kind = static_cast<Kind>(reader.u8());
  bool is_snapshot = false;
  if (kind == Kind::kDictionary) {
    read_dictionary(reader);
  } else if (kind == Kind::kFull || (kind == Kind::kDifference && has_full_)) {
    is_snapshot = true;
    read_head(reader, kind == Kind::kFull);
    read_changes(reader);
    has_full_ = true;
  } else if (kind != Kind::kEnd && kind != Kind::kParity) {
    reader.fail();
  }
  broken_ |= reader.failed();
  if (broken_) return Error(Errc::kMalformed, "a record that does not follow those before it");
  return is_snapshot;
}

StoredSnapshot SnapshotDecoder::snapshot() const {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->instant = last_.instant;
  std::vector<FamilySnapshot> families;
  for (std::size_t i = 0; i < families_.size(); ++i) {
    families.push_back({families_[i], {}, {}, starts_[i]});
  }
  for (const KnownSeries& known : series_) {
    if (!known.present) continue;
    FamilySnapshot& family = families[known.family];
    family.series.push_back(known.series);
    family.values.insert(family.values.end(), known.row.begin(), known.row.end());
  }
  for (std::size_t i = 0; i < families.size(); ++i) {
    if (i < absent_.size() && absent_[i]) continue;
    snapshot->families.push_back(std::move(families[i]));
  }
  return {last_.id, last_.begins_run, std::move(snapshot)};
}

void SnapshotDecoder::read_dictionary(ByteReader& reader) {
  for (std::size_t left = reader.count(1); left > 0; --left) read_family(reader);
  for (std::size_t left = reader.count(1); left > 0; --left) read_series(reader);
}

void SnapshotDecoder::read_family(ByteReader& reader) {
  Family family;
  const std::uint8_t type = reader.u8();
  if (type > static_cast<std::uint8_t>(MetricType::kHistogram)) reader.fail();
  family.type = static_cast<MetricType>(type);
  family.has_sum = (reader.u8() & spool_format::kNoSum) == 0;
  for (std::string* text : {&family.name, &family.help, &family.unit}) *text = reader.text();
  for (double* factor : {&family.divisor, &family.multiplier}) *factor = reader.f64();
  family.label_names.resize(reader.count(1));
  for (std::string& name : family.label_names) name = reader.text();
  family.bounds.resize(reader.count(sizeof(double)));
  for (double& bound : family.bounds) bound = reader.f64();
  if (reader.failed()) return;
  families_.push_back(std::make_shared<const Family>(std::move(family)));
  starts_.emplace_back();
}

void SnapshotDecoder::read_series(ByteReader& reader) {
  const std::uint64_t family = reader.varint();
  if (family >= families_.size()) return reader.fail();
  Series series;
  series.label_values.resize(families_[family]->label_names.size());
  for (std::string& value : series.label_values) value = reader.text();
  if (reader.failed()) return;
  series_.push_back({static_cast<std::size_t>(family),
                     std::make_shared<const Series>(std::move(series)),
                     {},
                     false});
}

void SnapshotDecoder::read_head(ByteReader& reader, bool full) {
  if (full) {
    last_ = {};
    absent_.clear();
    starts_.assign(families_.size(), {});
    for (KnownSeries& known : series_) known.present = false;
  }
  last_.id += reader.varint();
  const std::uint8_t flags = reader.u8();
  last_.begins_run = (flags & spool_format::kBeginsRun) != 0;
  Instant& instant = last_.instant;
  instant.synchronized = (flags & spool_format::kSynchronized) != 0;
  if (full || (flags & spool_format::kHasBootId) != 0) {
    for (std::uint8_t& byte : instant.boot_id) byte = reader.u8();
  }
  const auto booted = std::chrono::nanoseconds(
      static_cast<std::int64_t>(full ? reader.varint() : reader.svarint()));
  const std::chrono::milliseconds drift(static_cast<std::int64_t>(reader.svarint()));
  // In unsigned arithmetic: what a stranger wrote may overflow.
  const auto added = [](auto a, auto b) {
    return decltype(a)(static_cast<std::int64_t>(static_cast<std::uint64_t>(a.count()) +
                                                 static_cast<std::uint64_t>(b.count())));
  };
  instant.since_boot = added(instant.since_boot, booted);
  const auto expected =
      full ? std::chrono::milliseconds(0) : std::chrono::floor<std::chrono::milliseconds>(booted);
  const auto wall = added(added(instant.wall.time_since_epoch(), expected), drift);
  instant.wall = std::chrono::sys_time<std::chrono::milliseconds>(wall);
  if ((flags & spool_format::kHasAbsent) != 0) read_absent(reader);
  if ((flags & spool_format::kHasStarts) != 0) read_starts(reader);
}

void SnapshotDecoder::read_absent(ByteReader& reader) {
  absent_.assign(families_.size(), false);
  for (std::size_t left = reader.count(1); left > 0; --left) {
    const std::uint64_t family = reader.varint();
    if (family >= absent_.size()) return reader.fail();
    absent_[static_cast<std::size_t>(family)] = true;
  }
}

void SnapshotDecoder::read_starts(ByteReader& reader) {
  for (std::size_t left = reader.count(2); left > 0; --left) {
    const std::uint64_t family = reader.varint();
    const auto since = static_cast<std::int64_t>(reader.varint());
    if (family >= starts_.size()) return reader.fail();
    starts_[static_cast<std::size_t>(family)] = std::chrono::nanoseconds(since);
  }
}

void SnapshotDecoder::read_changes(ByteReader& reader) {
  std::uint64_t next = 0;
  while (!reader.at_end()) {
    const std::uint64_t token = reader.varint();
    const std::uint64_t gap = token >> 2;
    const How how = static_cast<How>(token & 3);
    if (gap >= series_.size() || next + gap >= series_.size()) return reader.fail();
    KnownSeries& known = series_[static_cast<std::size_t>(next + gap)];
    next += gap + 1;
    if (how == How::kReplaced) {
      known.row.assign(families_[known.family]->row_size(), 0);
      known.present = true;
    }
    if (!known.present || how > How::kGone) return reader.fail();
    if (how == How::kGone) {
      known.present = false;
    } else {
      read_row(reader, known);
    }
    if (reader.failed()) return;
  }
}

void SnapshotDecoder::read_row(ByteReader& reader, KnownSeries& known) const {
  switch (families_[known.family]->type) {
    case MetricType::kCounter:
      known.row[0] += reader.varint();
      break;
    case MetricType::kGauge:
      known.row[0] += reader.svarint();
      break;
    case MetricType::kHistogram:
      read_histogram(reader, known.row);
      break;
  }
}

}  // namespace bpfpush
