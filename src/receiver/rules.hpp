#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "receiver/request_head.hpp"
#include "receiver/rule.hpp"

// The rules, a file for each group, and what each group looks at.
namespace bpfpush::conformance {

struct HeadSubject {
  const RequestHead& head;
  WriteVersion version;
};
std::span<const Check<HeadSubject>> header_rules();

// How far reading a body got. What is wrong is null where nothing is.
struct BodySubject {
  const std::string* no_snappy = nullptr;
  const std::string* no_message = nullptr;
  const std::string* no_utf8 = nullptr;
};
std::span<const Check<BodySubject>> body_rules();

// Of the message as a whole: what is in it at all, and its symbols.
std::span<const Check<WriteMessage>> message_rules();

// What a series had last, in an earlier request or earlier in this one.
struct SeriesPast {
  std::int64_t timestamp = 0;
  std::uint64_t value_bits = 0;
  bool is_histogram = false;
};

struct SeriesSubject {
  const ReceivedSeries& series;
  std::optional<std::int64_t> now = {};  // in milliseconds since the epoch; nothing: not known
  const SeriesPast* past = nullptr;
};
// References alone: where they are wrong, nothing else is looked at.
std::span<const Check<SeriesSubject>> reference_rules();
std::span<const Check<SeriesSubject>> label_rules();
std::span<const Check<SeriesSubject>> sample_rules();
std::span<const Check<SeriesSubject>> time_rules();
std::span<const Check<SeriesSubject>> metadata_rules();

// One sample of a native histogram, of either kind of bounds.
std::span<const Check<ReceivedHistogram>> native_rules();
std::span<const Check<ReceivedHistogram>> custom_bounds_rules();

// The series of one classic histogram at one instant, as far as they have arrived.
struct ClassicInstant {
  std::map<double, double> buckets;  // counts by `le`
  std::optional<double> count;       // the series `_count`
};
std::span<const Check<ClassicInstant>> classic_rules();

// A classic histogram after all its series have had time to arrive.
struct ClassicPast {
  bool has_infinite_bucket = false;
};
std::span<const Check<ClassicPast>> classic_past_rules();

// Of all groups, in their order.
std::vector<const Rule*> all_rules();

}  // namespace bpfpush::conformance
