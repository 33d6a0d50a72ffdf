#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "spool/disk_spool.hpp"
#include "spool/random_host.hpp"
#include "support/fake_storage.hpp"
#include "support/manual_clock.hpp"

namespace bpfpush {

// A spool on a fake disk that is written, read, crashed and opened again, in simulated time.
class SpoolDeck {
 public:
  explicit SpoolDeck(DiskSpoolOptions options = {.sync_interval = std::chrono::nanoseconds(0)})
      : options_(options) {}

  // Opens it, with these endpoints. An error if that is what came of it.
  Result<void> open(const std::vector<std::string>& endpoints = {"main"});
  // As if the process ended here.
  void close() { spool_.reset(); }

  void append(const StoredSnapshot& stored) { append(stored.snapshot); }
  void append(std::shared_ptr<const Snapshot> snapshot);

  // The next snapshot for the endpoint; none if it has them all. pop() passes it.
  std::shared_ptr<const Snapshot> read(CursorId cursor = 0);
  void pop(CursorId cursor = 0) { spool_->pop(cursor, front_.id); }
  // Reads and passes all there are.
  std::vector<std::shared_ptr<const Snapshot>> drain(CursorId cursor = 0);

  SpoolState state(CursorId cursor = 0) const { return spool_->state(cursor); }
  DiskSpool& spool() { return *spool_; }
  std::vector<std::string> segments() const;  // their names

  FakeStorage storage;
  ManualClock clock;

 private:
  DiskSpoolOptions options_;
  boost::asio::io_context io_{1};
  std::unique_ptr<DiskSpool> spool_;
  SpooledSnapshot front_;
};

// Adds up what the counters and histograms of snapshots grew by from one to the next, across
// restarts, as a receiver would: what goes down began again at zero.
class Increases {
 public:
  void add(const Snapshot& snapshot);
  const Contents& sums() const { return sums_; }

 private:
  Contents last_;
  Contents sums_;
};

}  // namespace bpfpush
