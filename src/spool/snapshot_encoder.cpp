#include "spool/snapshot_encoder.hpp"

#include <algorithm>
#include <functional>

#include "base/check.hpp"

namespace bpfpush {
namespace {

using spool_format::How;
using spool_format::Kind;

constexpr std::size_t kMaskBits = 7;

std::string family_bytes(const Family& family) {
  // Every member: one that is new does not compile until it is written too.
  const auto& [name, help, unit, type, label_names, bounds, divisor, multiplier, has_sum] = family;
  ByteWriter writer;
  writer.put_u8(static_cast<std::uint8_t>(type));
  writer.put_u8(has_sum ? 0 : spool_format::kNoSum);
  for (const std::string* text : {&name, &help, &unit}) writer.put_text(*text);
  for (const double factor : {divisor, multiplier}) writer.put_f64(factor);
  writer.put_varint(label_names.size());
  for (const std::string& label_name : label_names) writer.put_text(label_name);
  writer.put_varint(bounds.size());
  for (const double bound : bounds) writer.put_f64(bound);
  return writer.bytes();
}

// What was added from `before` to `now`, of a histogram.
void put_histogram(std::span<const std::uint64_t> before, std::span<const std::uint64_t> now,
                   ByteWriter& writer) {
  writer.put_varint(now[0] - before[0]);
  std::size_t first = 1;
  while (first < now.size() && now[first] == before[first]) ++first;
  std::size_t last = now.size();
  while (last > first && now[last - 1] == before[last - 1]) --last;
  if (first == last) first = last = 1;
  writer.put_varint(first - 1);
  for (std::size_t begin = first;; begin += kMaskBits) {
    std::uint8_t mask = 0;
    for (std::size_t i = begin; i < std::min(begin + kMaskBits, last); ++i) {
      if (now[i] != before[i]) mask |= static_cast<std::uint8_t>(1u << (i - begin));
    }
    const bool more = begin + kMaskBits < last;
    writer.put_u8(more ? mask | 0x80 : mask);
    if (!more) break;
  }
  for (std::size_t i = first; i < last; ++i) {
    if (now[i] != before[i]) writer.put_varint(now[i] - before[i]);
  }
}

void put_row(MetricType type, std::span<const std::uint64_t> before,
             std::span<const std::uint64_t> now, ByteWriter& writer) {
  switch (type) {
    case MetricType::kCounter:
      writer.put_varint(now[0] - before[0]);
      break;
    case MetricType::kGauge:
      writer.put_svarint(now[0] - before[0]);
      break;
    case MetricType::kHistogram:
      put_histogram(before, now, writer);
      break;
  }
}

bool went_down(MetricType type, std::span<const std::uint64_t> before,
               std::span<const std::uint64_t> now) {
  return type != MetricType::kGauge &&
         !std::equal(now.begin(), now.end(), before.begin(), std::greater_equal<>());
}

}  // namespace

std::string SnapshotEncoder::encode(const StoredSnapshot& stored) {
  CHECK(!last_.snapshot || stored.id > last_.id);
  const std::vector<Row> rows = rows_of(*stored.snapshot);
  broke_ = stored.begins_run || !last_.snapshot ||
           stored.snapshot->instant.boot_id != last_.snapshot->instant.boot_id;
  std::string records = take_dictionary();
  ByteWriter payload;
  put_head(stored, payload);
  put_changes(rows, payload);
  last_ = stored;
  return records + spool_format::to_record(payload.bytes());
}

SnapshotEncoder::KnownFamily& SnapshotEncoder::find_family(
    const std::shared_ptr<const Family>& family) {
  KnownFamily*& known = by_address_[family.get()];
  if (known != nullptr) return *known;
  kept_.push_back(family);
  std::string bytes = family_bytes(*family);
  std::unique_ptr<KnownFamily>& equal = families_[bytes];
  if (!equal) {
    equal = std::make_unique<KnownFamily>(KnownFamily{family, families_.size() - 1, {}, {}});
    new_families_.count += 1;
    new_families_.bytes.put_raw(bytes);
  }
  known = equal.get();
  return *known;
}

std::size_t SnapshotEncoder::find_series(KnownFamily& family,
                                         const std::shared_ptr<const Series>& series) {
  const auto [known, is_new] = family.series.try_emplace(series, 0);
  if (!is_new) return known->second;
  ByteWriter bytes;
  bytes.put_varint(family.index);
  CHECK(series->label_values.size() == family.family->label_names.size());
  for (const std::string& value : series->label_values) bytes.put_text(value);
  const auto [number, is_other] = numbers_.try_emplace(bytes.bytes(), series_.size());
  if (is_other) {
    series_.push_back(
        {family.family->type, std::vector<std::uint64_t>(family.family->row_size()), false});
    new_series_.count += 1;
    new_series_.bytes.put_raw(bytes.bytes());
  }
  return known->second = number->second;
}

std::vector<SnapshotEncoder::Row> SnapshotEncoder::rows_of(const Snapshot& snapshot) {
  std::vector<Row> rows;
  for (const FamilySnapshot& family : snapshot.families) {
    KnownFamily& known = find_family(family.family);
    for (std::size_t i = 0; i < family.series.size(); ++i) {
      rows.emplace_back(find_series(known, family.series[i]), family.row(i));
    }
  }
  const auto by_number = [](const Row& a, const Row& b) { return a.first < b.first; };
  if (!std::is_sorted(rows.begin(), rows.end(), by_number))
    std::sort(rows.begin(), rows.end(), by_number);
  return rows;
}

std::vector<std::size_t> SnapshotEncoder::absent_of(const Snapshot& snapshot) {
  std::vector<bool> present(families_.size());
  for (const FamilySnapshot& family : snapshot.families) {
    present[find_family(family.family).index] = true;
  }
  std::vector<std::size_t> absent;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (!present[i]) absent.push_back(i);
  }
  return absent;
}

std::vector<SnapshotEncoder::Start> SnapshotEncoder::take_starts(const Snapshot& snapshot) {
  std::vector<Start> starts;
  for (const FamilySnapshot& family : snapshot.families) {
    KnownFamily& known = find_family(family.family);
    if (known.counting_since == family.counting_since) continue;
    known.counting_since = family.counting_since;
    starts.push_back({known.index, family.counting_since});
  }
  return starts;
}

std::string SnapshotEncoder::take_dictionary() {
  if (new_families_.count + new_series_.count == 0) return {};
  ByteWriter payload;
  payload.put_u8(static_cast<std::uint8_t>(Kind::kDictionary));
  for (Additions* additions : {&new_families_, &new_series_}) {
    payload.put_varint(additions->count);
    payload.put_raw(additions->bytes.bytes());
    *additions = Additions();
  }
  return spool_format::to_record(payload.bytes());
}

void SnapshotEncoder::put_head(const StoredSnapshot& stored, ByteWriter& payload) {
  const Instant& now = stored.snapshot->instant;
  const bool full = !last_.snapshot;
  const Instant before = full ? Instant() : last_.snapshot->instant;
  const bool has_boot_id = full || now.boot_id != before.boot_id;
  std::vector<std::size_t> absent = absent_of(*stored.snapshot);
  const bool has_absent = absent != absent_;
  const std::vector<Start> starts = take_starts(*stored.snapshot);
  broke_ |= !starts.empty();
  payload.put_u8(static_cast<std::uint8_t>(full ? Kind::kFull : Kind::kDifference));
  payload.put_varint(stored.id - (full ? 0 : last_.id));
  payload.put_u8((stored.begins_run ? spool_format::kBeginsRun : 0) |
                 (now.synchronized ? spool_format::kSynchronized : 0) |
                 (has_boot_id && !full ? spool_format::kHasBootId : 0) |
                 (has_absent ? spool_format::kHasAbsent : 0) |
                 (starts.empty() ? 0 : spool_format::kHasStarts));
  if (has_boot_id) {
    for (const std::uint8_t byte : now.boot_id) payload.put_u8(byte);
  }
  const auto booted = static_cast<std::uint64_t>((now.since_boot - before.since_boot).count());
  if (full) {
    payload.put_varint(booted);
  } else {
    payload.put_svarint(booted);
  }
  const auto expected =
      full ? std::chrono::milliseconds(0)
           : std::chrono::floor<std::chrono::milliseconds>(now.since_boot - before.since_boot);
  payload.put_svarint(static_cast<std::uint64_t>((now.wall - before.wall - expected).count()));
  if (has_absent) put_absent(std::move(absent), payload);
  if (!starts.empty()) put_starts(starts, payload);
}

void SnapshotEncoder::put_absent(std::vector<std::size_t> absent, ByteWriter& payload) {
  absent_ = std::move(absent);
  payload.put_varint(absent_.size());
  for (const std::size_t family : absent_) payload.put_varint(family);
}

void SnapshotEncoder::put_starts(const std::vector<Start>& starts, ByteWriter& payload) {
  payload.put_varint(starts.size());
  for (const Start& start : starts) {
    payload.put_varint(start.family);
    payload.put_varint(static_cast<std::uint64_t>(start.counting_since.count()));
  }
}

void SnapshotEncoder::put_changes(const std::vector<Row>& rows, ByteWriter& payload) {
  std::size_t next = 0;  // the number that a gap of 0 means
  const auto put_token = [&](std::size_t number, How how) {
    payload.put_varint((number - next) << 2 | static_cast<std::uint64_t>(how));
    next = number + 1;
  };
  auto row = rows.begin();
  for (std::size_t number = 0; number < series_.size(); ++number) {
    KnownSeries& known = series_[number];
    if (row == rows.end() || row->first != number) {
      if (known.present) put_token(number, How::kGone);
      broke_ |= known.present && known.type != MetricType::kGauge;
      known.present = false;
      continue;
    }
    const auto now = row->second;
    const bool replaced = !known.present || went_down(known.type, known.row, now);
    if (replaced) known.row.assign(now.size(), 0);
    broke_ |= replaced && known.type != MetricType::kGauge;
    if (replaced || !std::equal(now.begin(), now.end(), known.row.begin())) {
      put_token(number, replaced ? How::kReplaced : How::kGrown);
      put_row(known.type, known.row, now, payload);
    }
    known.row.assign(now.begin(), now.end());
    known.present = true;
    while (row != rows.end() && row->first == number) ++row;  // each series once
  }
}

}  // namespace bpfpush
