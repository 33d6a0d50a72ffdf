#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "remote_write/byte_buffer.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

// What one label set adds to a request.
struct SeriesSize {
  std::size_t samples = 0;     // native histograms included
  std::size_t histograms = 0;  // of them
  std::size_t bytes_max = 0;
};

// Writes the messages of one version of the protocol. What it makes of labels is kept from message
// to message.
class MessageWriter {
 public:
  virtual ~MessageWriter() = default;

  // A snapshot begins: series that neither it nor the one before holds are forgotten.
  virtual void begin_pass() = 0;

  // A message begins, whose samples are all of that time. Times are in milliseconds since the
  // epoch.
  virtual void begin(std::int64_t timestamp) = 0;

  // Takes up a label set, which write() then writes if it is called. `start` is when counting
  // began, 0 where that is not known.
  virtual SeriesSize select(const std::shared_ptr<const Family>& family,
                            const std::shared_ptr<const Series>& series, std::int64_t start) = 0;

  // Without a row: the samples that end its series.
  virtual void write(std::span<const std::uint64_t> row) = 0;

  // Behind all series: what a family is, where the version says that apart from its series.
  virtual void write_metadata(const Family& family) = 0;

  // The message; valid until the next begins.
  virtual const ByteBuffer& finish() = 0;
};

}  // namespace bpfpush
