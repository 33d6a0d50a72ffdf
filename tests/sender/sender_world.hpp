#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "fake_transport.hpp"
#include "sender/sender.hpp"
#include "spool/memory_spool.hpp"
#include "support/fixed_random.hpp"
#include "support/manual_clock.hpp"

namespace bpfpush {

HttpResponse response(int status, std::string body = "");
HttpResponse response_with_retry_after(int status, std::chrono::seconds retry_after);
Error no_answer();

// One sender, and all that it works with, in simulated time.
class SenderWorld {
 public:
  struct Options {
    std::size_t snapshots_max = 1'000;  // in the spool
    std::size_t samples_max = 1'000;    // in one request
    SenderOptions sender = {.endpoint = "main", .headers = {}, .backoff = {}};
    Storage* storage = nullptr;  // of what is found out about the endpoint
  };

  // How run() ended, if it did.
  enum class End { kStillRunning, kReturned, kThrew };

  explicit SenderWorld(Options options);
  SenderWorld() : SenderWorld(Options()) {}

  // A snapshot of `series` counters, unlike all others, put into the spool.
  std::shared_ptr<const Snapshot> append(std::size_t series = 1);
  void append_empty();

  void start();
  void run_for(std::chrono::nanoseconds span) { clock.run_for(io, span); }
  // Closes the spool and tells the sender, as the agent does when it ends.
  void stop();
  void cancel() { cancel_.emit(boost::asio::cancellation_type::terminal); }
  // One handler, or if there is none the next deadline; false if there is neither.
  bool step();

  SpoolState backlog() const { return sender.backlog(); }
  End end() const { return end_; }

  // What a request of this snapshot must hold from its `begin`-th series on.
  std::string body(const Snapshot& snapshot, std::size_t begin, bool with_metadata) const;
  // The same in version 2.0.
  std::string body_v2(const Snapshot& snapshot, std::size_t begin = 0) const;
  std::vector<std::string> posted_bodies() const;

  // The timestamps of what was posted, one for each request that has samples.
  std::vector<WallTime> posted_timestamps() const;
  // Whether the body has a sample of the series that append() numbers so.
  static bool holds_series(const std::string& body, int index);

  boost::asio::io_context io{1};
  ManualClock clock;
  FixedRandom random{0};
  MemorySpool spool;
  Encoder encoder;
  FakeTransport transport{clock};
  Event stopping{io.get_executor()};
  Sender sender;

 private:
  std::size_t samples_max_;
  std::shared_ptr<const Family> family_;
  std::vector<std::shared_ptr<const Series>> series_;
  std::uint64_t next_value_ = 1;
  boost::asio::cancellation_signal cancel_;
  End end_ = End::kStillRunning;
};

}  // namespace bpfpush
