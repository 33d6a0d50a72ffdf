#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "remote_write/byte_buffer.hpp"
#include "remote_write/native_layout.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// When a sample is of, in milliseconds since the epoch.
struct SampleStamp {
  std::int64_t timestamp = 0;
  std::int64_t start = 0;  // when counting began; 0: not known, or not to be said
};

// Writes Histogram messages, which are the same in both versions of the protocol (but for `start`,
// which 1.0 does not have), byte for byte as the protobuf library would: integer counts, and only
// buckets that hold something, with gaps of two at most between those of a span.
class NativeHistogram {
 public:
  // Of a schema's buckets no more than `buckets_max` are written; where there would be more, the
  // resolution is halved: neighbours are merged in pairs, and the schema is one less. That is
  // exact.
  explicit NativeHistogram(std::size_t buckets_max) : buckets_max_(buckets_max) {}

  // Bytes that encode() of a row may take, at most.
  static std::size_t bytes_max(const Family& family, const NativeLayout& layout);

  // The row's message, valid until the next call. Without a row: the one that ends the series.
  std::string_view encode(const Family& family, const NativeLayout& layout,
                          std::span<const std::uint64_t> row, const SampleStamp& stamp);

 private:
  struct Bucket {
    std::int32_t index = 0;
    std::uint64_t count = 0;
  };

  void collect(const NativeLayout& layout, std::span<const std::uint64_t> counts);
  void merge_pairs();
  std::size_t written_count() const;
  char* put_spans(char* at) const;
  char* put_deltas(char* at);

  std::size_t buckets_max_;
  std::vector<Bucket> buckets_;  // of the row at hand, those that hold something
  ByteBuffer deltas_;
  ByteBuffer message_;
};

}  // namespace bpfpush
