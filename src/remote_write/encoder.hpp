#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>

#include "remote_write/compressor.hpp"
#include "remote_write/histogram_form.hpp"
#include "remote_write/snapshot_rules.hpp"
#include "snapshot/snapshot.hpp"

namespace bpfpush {

class EndedSeries;
class MessageWriter;
class StartStamps;

struct EncoderOptions {
  WriterOptions writing = {};
  Compression compression = Compression::kSnappy;

  // In one request. A histogram's series are never split over two.
  std::size_t samples_max = 10'000;

  // Of one request's series before compression, where long labels would let `samples_max` of them
  // grow past what receivers take: 32 MiB is the usual limit.
  std::size_t message_bytes_max = 16u << 20;

  // Relabelling and limits. The external labels are those of `writing`.
  SeriesRules rules = {};
};

// A request's body and what is in it.
struct EncodedRequest {
  std::span<const std::byte> body;  // compressed; lives until the next encode()
  std::size_t samples = 0;          // native histograms included
  std::size_t histograms = 0;       // of them

  // Where the next request of this snapshot begins, unless this is its last.
  std::size_t next = 0;
  bool is_last = false;

  // Series the snapshot has to send, those that end included.
  std::size_t total = 0;
};

// Which of a snapshot's series to encode, those that end counted behind those that are there; and
// what goes with them.
struct RequestRange {
  std::size_t begin = 0;
  std::size_t end = std::numeric_limits<std::size_t>::max();
  std::size_t samples_max = std::numeric_limits<std::size_t>::max();  // if below the encoder's own
  ProtocolVersion version = ProtocolVersion::k1;
  // Type, help and unit of every family of the snapshot. 2.0 always says them, of what it sends.
  bool with_metadata = false;
  // What every sample has as its timestamp; the snapshot's wall time if it is not given.
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> timestamp = {};
};

// All series of all families of a snapshot.
std::size_t series_count(const Snapshot& snapshot);

// Encodes snapshots as remote write, in the version that is asked for. Histograms are in the
// endpoint's form: classic, which is `_bucket` series with cumulative counts and `le`, then `_sum`
// and `_count`; or native. Labels are sorted, empty ones left out, and what a message has of them
// is made once per series. One encoder per endpoint.
//
// A series that is gone ends: where the snapshot has its family and lacks the series, each of the
// series' samples is written once more, with the value that means this (the stale marker), behind
// all others. To know what is gone, the encoder is told with done() what has been delivered.
class Encoder {
 public:
  explicit Encoder(EncoderOptions options);
  ~Encoder();

  // Encodes the series of the range: as many as a request may hold and at least one if there is
  // one.
  //
  // Asked for a later part of a snapshot, it takes an earlier one to be delivered. What it knows of
  // series is kept from snapshot to snapshot, and told by `begin` == 0, which is
  // taken to start one: series that neither this snapshot nor the one before holds are forgotten.
  EncodedRequest encode(const Snapshot& snapshot, const RequestRange& range);

  // The snapshot that was encoded last is through, with all its requests. Not called for one that
  // is given up: what ended with it ends with the next.
  void done();

  // What the rules did to the snapshot that was encoded last.
  const RulesState& rules_state() const { return rules_.state(); }

 private:
  EncoderOptions options_;
  SnapshotRules rules_;
  std::array<std::unique_ptr<MessageWriter>, 2> writers_;  // by ProtocolVersion
  std::unique_ptr<EndedSeries> ended_;
  std::unique_ptr<StartStamps> starts_;
  Compressor compressor_;
};

}  // namespace bpfpush
