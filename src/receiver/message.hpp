#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "receiver/received_histogram.hpp"
#include "receiver/store.hpp"

namespace bpfpush {

enum class WriteVersion { kV1, kV2 };

// "1.0" or "2.0".
std::string_view to_string(WriteVersion version);

struct LabelView {
  std::string_view name;
  std::string_view value;
};

// What the message holds, as it stands there, right or wrong: checking comes later. Views are of
// the message's `storage`.

struct ReceivedSample {
  double value = 0;
  std::int64_t timestamp = 0;
  std::int64_t start_timestamp = 0;  // 0: not given
};

struct ReceivedExemplar {
  double value = 0;
  std::int64_t timestamp = 0;
};

struct ReceivedMetadata {
  std::string_view type;  // as TYPE spells it; a literal; "" if it is unspecified
  std::string_view help;
  std::string_view unit;
};

struct ReceivedSeries {
  std::vector<LabelView> labels;  // in the order of the message
  std::vector<ReceivedSample> samples;
  std::vector<ReceivedHistogram> histograms;
  std::vector<ReceivedExemplar> exemplars;
  std::optional<ReceivedMetadata> metadata;  // 2.0 only

  // What is wrong with the references of 2.0, of labels, exemplars or metadata: those that point
  // nowhere were left out of the above.
  std::size_t label_references = 0;
  std::optional<std::uint32_t> reference_outside;  // the first
};

// What the order and numbers of the fields say, which parsing forgets.
struct WireFacts {
  bool has_v1_fields = false;         // timeseries or metadata of prometheus.WriteRequest
  bool has_v2_fields = false;         // symbols or timeseries of io.prometheus.write.v2.Request
  bool symbols_after_series = false;  // some of them
  std::size_t elements = 0;           // of series, and what they consist of
};

// A request's message in either version.
struct WriteMessage {
  WriteVersion version = WriteVersion::kV1;
  std::size_t bytes = 0;  // decompressed
  WireFacts wire;
  std::vector<std::string_view> symbols;  // 2.0 only
  std::vector<ReceivedSeries> series;
  std::vector<std::pair<std::string, FamilyInfo>> families;  // 1.0's metadata
  std::shared_ptr<const void> storage;
};

}  // namespace bpfpush
