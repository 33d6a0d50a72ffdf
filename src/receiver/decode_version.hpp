#pragma once

#include <string_view>

#include "base/result.hpp"
#include "receiver/message.hpp"

// What decode.cpp is made of: the generated classes stay in a file for each version.
namespace bpfpush {

Result<WriteMessage> decode_v1(std::string_view message);
Result<WriteMessage> decode_v2(std::string_view message);

// The two versions' Histogram have the same members and are two classes.
template <typename Histogram>
ReceivedHistogram to_received(const Histogram& histogram) {
  const auto to_buckets = [](const auto& spans, const auto& deltas, const auto& counts) {
    ReceivedBuckets buckets;
    for (const auto& span : spans) buckets.spans.push_back({span.offset(), span.length()});
    buckets.deltas.assign(deltas.begin(), deltas.end());
    buckets.counts.assign(counts.begin(), counts.end());
    return buckets;
  };
  ReceivedHistogram received;
  received.is_float = histogram.count_case() == Histogram::kCountFloat;
  received.count_int = histogram.count_int();
  received.count_float = histogram.count_float();
  received.sum = histogram.sum();
  received.schema = histogram.schema();
  received.zero_threshold = histogram.zero_threshold();
  received.zero_count_int = histogram.zero_count_int();
  received.zero_count_float = histogram.zero_count_float();
  received.positive = to_buckets(histogram.positive_spans(), histogram.positive_deltas(),
                                 histogram.positive_counts());
  received.negative = to_buckets(histogram.negative_spans(), histogram.negative_deltas(),
                                 histogram.negative_counts());
  received.custom_values.assign(histogram.custom_values().begin(), histogram.custom_values().end());
  received.timestamp = histogram.timestamp();
  return received;
}

}  // namespace bpfpush
