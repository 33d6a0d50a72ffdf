#pragma once

#include <cstdint>
#include <vector>

namespace bpfpush {

inline constexpr std::int32_t kCustomBoundsSchema = -53;

struct ReceivedSpan {
  std::int32_t offset = 0;
  std::uint32_t length = 0;
};

// One side, positive or negative, of a native histogram. As it came: nothing says that lengths and
// counts agree.
struct ReceivedBuckets {
  std::vector<ReceivedSpan> spans;
  std::vector<std::int64_t> deltas;  // of integer histograms
  std::vector<double> counts;        // of float histograms
};

// One sample of a native histogram, in the members of either version's message.
struct ReceivedHistogram {
  bool is_float = false;  // which of the two counts was given
  std::uint64_t count_int = 0;
  double count_float = 0;
  double sum = 0;
  std::int32_t schema = 0;
  double zero_threshold = 0;
  std::uint64_t zero_count_int = 0;
  double zero_count_float = 0;
  ReceivedBuckets positive;
  ReceivedBuckets negative;
  std::vector<double> custom_values;  // finite upper bounds of kCustomBoundsSchema
  std::int64_t timestamp = 0;
  std::int64_t start_timestamp = 0;  // 0: not given; 2.0 only

  double count() const { return is_float ? count_float : static_cast<double>(count_int); }
  double zero_count() const {
    return is_float ? zero_count_float : static_cast<double>(zero_count_int);
  }
};

}  // namespace bpfpush
