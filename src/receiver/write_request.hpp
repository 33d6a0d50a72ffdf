#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "receiver/store.hpp"

namespace bpfpush {

struct ReceivedSeries {
  Labels labels;  // with the name
  std::vector<Sample> samples;
};

// A remote-write 1.0 request, decoded and found to keep the protocol.
struct WriteRequest {
  std::vector<ReceivedSeries> series;
  std::vector<std::pair<std::string, FamilyInfo>> families;
  std::size_t message_bytes = 0;  // decompressed
  std::size_t samples = 0;
};

// Decodes a body: snappy block format, then protobuf. kTooLarge if it says that it decompresses to
// more than `message_bytes_max`, which is found out before anything is decompressed. kMalformed if
// it is neither, if a series breaks a MUST of the protocol, or if it carries native histograms,
// which a Store does not hold.
Result<WriteRequest> decode_write_request(std::span<const std::byte> body,
                                          std::size_t message_bytes_max);

// What the protocol forbids about a series' labels, as the sentence's end ("labels are not sorted
// ..."). Nothing if they are fine.
std::optional<std::string> find_label_fault(const Labels& labels);

}  // namespace bpfpush
