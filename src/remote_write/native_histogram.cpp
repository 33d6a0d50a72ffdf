#include "remote_write/native_histogram.hpp"

#include <bit>

#include "base/check.hpp"
#include "remote_write/sample_value.hpp"
#include "remote_write/wire.hpp"

namespace bpfpush {
namespace {

using wire::Type;

// A NaN that is not the stale marker: the sum of a histogram whose sum nobody kept. Receivers take
// it for one of observations that were no numbers.
constexpr std::uint64_t kNoSum = 0x7ff8000000000001;

// Of a span: tag, length, and both of its fields. Of a bucket, with the two empty ones that may
// precede it: deltas.
constexpr std::size_t kSpanBytesMax = 2 + 1 + wire::kVarintSizeMax + 1 + wire::kVarintSizeMax;
constexpr std::size_t kDeltaBytesMax = 3 * wire::kVarintSizeMax;
constexpr std::size_t kScalarBytesMax = 100;  // all other fields, custom values apart

// As many empty buckets between two cost less than a span of its own.
constexpr std::int32_t kGapMax = 2;

std::int32_t gap(std::int32_t before, std::int32_t after) {
  return after - before - 1;
}

char* put_double(char* at, unsigned field, std::uint64_t bits) {
  if (bits == 0) return at;
  *at++ = wire::tag(field, Type::kFixed64);
  return wire::put_fixed64(at, bits);
}

char* put_stamp(char* at, const SampleStamp& stamp, std::string_view custom_values) {
  if (stamp.timestamp != 0) {
    *at++ = wire::tag(15, Type::kVarint);  // Histogram.timestamp
    at = wire::put_varint(at, static_cast<std::uint64_t>(stamp.timestamp));
  }
  at = wire::put_bytes(at, custom_values);
  if (stamp.start != 0) {
    at = wire::put_long_tag(at, 17, Type::kVarint);  // Histogram.start_timestamp
    at = wire::put_varint(at, static_cast<std::uint64_t>(stamp.start));
  }
  return at;
}

}  // namespace

std::size_t NativeHistogram::bytes_max(const Family& family, const NativeLayout& layout) {
  return (family.bounds.size() + 1) * (kSpanBytesMax + kDeltaBytesMax) + kScalarBytesMax +
         layout.custom_values.size();
}

std::string_view NativeHistogram::encode(const Family& family, const NativeLayout& layout,
                                         std::span<const std::uint64_t> row,
                                         const SampleStamp& stamp) {
  message_.clear();
  char* at = message_.reserve(bytes_max(family, layout));
  *at++ = wire::tag(1, Type::kVarint);  // Histogram.count_int
  at = wire::put_varint(at, row.empty() ? 0 : observation_count(row));
  if (row.empty()) {
    at = put_double(at, 3, std::bit_cast<std::uint64_t>(kStaleMarker));  // Histogram.sum
    message_.commit(put_stamp(at, stamp, {}));
    return {message_.data(), message_.size()};
  }
  const auto sum = std::bit_cast<std::uint64_t>(sample_value(family, row[0]));
  at = put_double(at, 3, family.has_sum ? sum : kNoSum);
  const auto counts = row.subspan(1);
  collect(layout, counts);
  int schema = layout.schema;
  for (; schema > kSchemaMin && written_count() > buckets_max_; --schema) merge_pairs();
  if (schema != 0) {
    *at++ = wire::tag(4, Type::kVarint);  // Histogram.schema
    at = wire::put_varint(at, wire::zigzag(schema));
  }
  if (layout.zero_buckets > 0) {
    std::uint64_t zero_count = 0;
    for (std::size_t i = 0; i < layout.zero_buckets; ++i) zero_count += counts[i];
    at = put_double(at, 5, std::bit_cast<std::uint64_t>(layout.zero_threshold));
    *at++ = wire::tag(6, Type::kVarint);  // Histogram.zero_count_int
    at = wire::put_varint(at, zero_count);
  }
  at = put_deltas(put_spans(at));
  message_.commit(put_stamp(at, stamp, layout.custom_values));
  return {message_.data(), message_.size()};
}

void NativeHistogram::collect(const NativeLayout& layout, std::span<const std::uint64_t> counts) {
  buckets_.clear();
  CHECK(counts.size() > layout.zero_buckets);
  for (std::size_t i = layout.zero_buckets; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const bool is_overflow = i + 1 == counts.size();
    const auto place = static_cast<std::int32_t>((i - layout.zero_buckets) >> layout.merged);
    const std::int32_t index = is_overflow ? layout.overflow_index : layout.first_index + place;
    if (!buckets_.empty() && buckets_.back().index == index) {
      buckets_.back().count += counts[i];
    } else {
      buckets_.push_back({index, counts[i]});
    }
  }
}

// Bucket i of a schema is half of bucket ceil(i/2) of the next lower one. That maps +Inf to +Inf.
void NativeHistogram::merge_pairs() {
  std::size_t kept = 0;
  for (const Bucket& bucket : buckets_) {
    const std::int32_t index = ((bucket.index - 1) >> 1) + 1;
    if (kept > 0 && buckets_[kept - 1].index == index) {
      buckets_[kept - 1].count += bucket.count;
    } else {
      buckets_[kept++] = {index, bucket.count};
    }
  }
  buckets_.resize(kept);
}

std::size_t NativeHistogram::written_count() const {
  std::size_t count = buckets_.size();
  for (std::size_t i = 1; i < buckets_.size(); ++i) {
    const std::int32_t empty = gap(buckets_[i - 1].index, buckets_[i].index);
    if (empty <= kGapMax) count += static_cast<std::size_t>(empty);
  }
  return count;
}

char* NativeHistogram::put_spans(char* at) const {
  std::int32_t end = 0;  // of the span before
  for (std::size_t first = 0; first < buckets_.size();) {
    const std::int32_t begin = buckets_[first].index;
    std::size_t next = first + 1;
    while (next < buckets_.size() &&
           gap(buckets_[next - 1].index, buckets_[next].index) <= kGapMax) {
      ++next;
    }
    const std::uint64_t offset = wire::zigzag(begin - end);
    end = buckets_[next - 1].index + 1;
    const auto length = static_cast<std::uint64_t>(end - begin);
    const std::size_t offset_size = offset == 0 ? 0 : 1 + wire::varint_size(offset);
    at = wire::put_bytes_header(at, 11, offset_size + 1 + wire::varint_size(length));
    if (offset != 0) {
      *at++ = wire::tag(1, Type::kVarint);  // BucketSpan.offset
      at = wire::put_varint(at, offset);
    }
    *at++ = wire::tag(2, Type::kVarint);  // BucketSpan.length
    at = wire::put_varint(at, length);
    first = next;
  }
  return at;
}

char* NativeHistogram::put_deltas(char* at) {
  if (buckets_.empty()) return at;
  deltas_.clear();
  char* const begin = deltas_.reserve(buckets_.size() * kDeltaBytesMax);
  char* end = begin;
  std::uint64_t before = 0;
  const auto put = [&](std::uint64_t count) {
    end = wire::put_varint(end, wire::zigzag(static_cast<std::int64_t>(count - before)));
    before = count;
  };
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    const std::int32_t empty = i == 0 ? 0 : gap(buckets_[i - 1].index, buckets_[i].index);
    for (std::int32_t k = 0; empty <= kGapMax && k < empty; ++k) put(0);
    put(buckets_[i].count);
  }
  const std::string_view deltas(begin, static_cast<std::size_t>(end - begin));
  return wire::put_string(at, 12, deltas);  // Histogram.positive_deltas
}

}  // namespace bpfpush
