#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "remote_write/histogram_form.hpp"
#include "remote_write/label.hpp"
#include "remote_write_1.pb.h"
#include "snapshot/snapshot.hpp"

namespace bpfpush::testing {

// A series that is gone, and where it was.
struct Gone {
  std::shared_ptr<const Family> family;
  std::shared_ptr<const Series> series;
};

// What is asked of the encoder.
struct Asked {
  std::vector<Label> external = {};
  HistogramForm form = HistogramForm::kClassic;
  std::size_t native_buckets_max = 160;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool with_metadata = false;
};

// What Encoder shall make of the series [begin, end) of a snapshot with those that are gone behind
// them, made with the protobuf library in the plainest way.
prometheus::WriteRequest reference_request(const Snapshot& snapshot, const std::vector<Gone>& gone,
                                           const Asked& asked);

}  // namespace bpfpush::testing
