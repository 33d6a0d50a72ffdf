#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "snapshot/snapshot.hpp"

namespace bpfpush {

// One reader's place in the spool. There is one for each endpoint.
using CursorId = std::size_t;

// A snapshot and its place in the order of all snapshots; ids ascend.
struct SpooledSnapshot {
  std::uint64_t id = 0;
  std::shared_ptr<const Snapshot> snapshot;
};

// What became of the snapshots that a cursor found or that were appended since: each was passed,
// thinned, evicted or found damaged, or is pending.
struct SpoolState {
  std::uint64_t pending_snapshots = 0;
  std::uint64_t pending_bytes = 0;      // about: of a segment begun, in proportion
  std::uint64_t passed_snapshots = 0;   // delivered, or refused for good
  std::uint64_t thinned_snapshots = 0;  // left out between two others; no observation is lost
  std::uint64_t evicted_snapshots = 0;  // dropped, oldest first, because the spool was full
  std::uint64_t damaged_snapshots = 0;  // on the disk, but not to be read
};

// How a spool on disk fares.
struct SpoolDisk {
  std::uint64_t bytes = 0;  // that it takes
  std::uint64_t errors = 0;
  bool failing = false;  // it cannot be written; snapshots are kept in memory until it can
};

// Snapshots between the agent that takes them and the senders that deliver them: one copy, a cursor
// for each endpoint, a bound in bytes. A snapshot leaves when every cursor has passed it.
class Spool {
 public:
  virtual ~Spool() = default;

  virtual boost::asio::awaitable<void> append(std::shared_ptr<const Snapshot> snapshot) = 0;

  // Nothing more will be appended: a cursor that has delivered everything is at its end.
  virtual void close() = 0;

  // A new cursor stands at the oldest snapshot the spool holds for `endpoint`.
  virtual CursorId open_cursor(const std::string& endpoint) = 0;

  // True as soon as the cursor has a snapshot to deliver; false once it is at its end for good.
  virtual boost::asio::awaitable<bool> wait_until_readable(CursorId cursor) = 0;

  // The oldest snapshot this cursor has not passed. Only after wait_until_readable() returned true.
  virtual SpooledSnapshot front(CursorId cursor) const = 0;

  // Moves the cursor past the snapshot `id`, which the endpoint has taken or refused for good. Does
  // nothing if the spool evicted it meanwhile.
  virtual void pop(CursorId cursor, std::uint64_t id) = 0;

  virtual SpoolState state(CursorId cursor) const = 0;

  // Nothing for a spool that has no disk.
  virtual std::optional<SpoolDisk> disk() const { return std::nullopt; }
};

}  // namespace bpfpush
