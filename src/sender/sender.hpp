#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "env/clock.hpp"
#include "env/event.hpp"
#include "env/random.hpp"
#include "remote_write/encoder.hpp"
#include "sender/backoff.hpp"
#include "sender/outage.hpp"
#include "sender/transport.hpp"
#include "sender/verdict.hpp"
#include "spool/spool.hpp"

namespace bpfpush {

struct SenderOptions {
  std::string endpoint;  // its name: in the log, in self-metrics, and for its cursor in the spool
  HttpHeaders headers;   // the user's; those that remote write sets itself are ignored
  BackoffOptions backoff;
};

// What a sender works with. All of it outlives the sender; encoder and transport serve it alone.
struct SenderParts {
  Spool& spool;
  Encoder& encoder;
  Transport& transport;
  Clock& clock;
  Random& random;
  Event& stopping;  // set once nothing more will be appended: a sender that waits to retry then
                    // tries at once, once
};

// Since the sender was made.
struct SenderCounters {
  std::uint64_t requests_delivered = 0;
  std::uint64_t requests_rejected = 0;  // refused for good, and dropped
  std::uint64_t requests_retried = 0;   // failed tries: refused for now, or not answered
  std::uint64_t samples_delivered = 0;
  std::uint64_t samples_rejected = 0;
  std::uint64_t bytes_sent = 0;          // bodies of all tries
  int last_status = 0;                   // HTTP status of the last try; 0 if it had no answer
  std::optional<WallTime> last_success;  // when a request was last delivered
};

// Delivers the snapshots of a spool to one endpoint, oldest first, as remote write 1.0. A snapshot
// leaves the spool only once the receiver has taken or for good refused all of its requests: a
// crash sends some twice rather than never.
class Sender {
 public:
  // Metadata is for the receiver's memory of names and units, which need not hear it with every
  // push.
  static constexpr std::chrono::minutes kMetadataInterval{1};

  Sender(SenderOptions options, const SenderParts& parts);

  // Returns once the spool is closed and everything in it is through. Cancelling it leaves the
  // spool as it is.
  boost::asio::awaitable<void> run();

  const std::string& endpoint() const { return options_.endpoint; }
  const SenderCounters& counters() const { return counters_; }
  SpoolState backlog() const { return spool_.state(cursor_); }

 private:
  // The request at hand. It is kept over its retries, which so send the same bytes.
  struct Current {
    SpooledSnapshot spooled;
    EncodedRequest request;
    bool with_metadata = false;
    BootTime encoded = {};
  };

  bool prepare();
  void encode_from(std::size_t begin);
  HttpRequest make_request() const;
  void count(Verdict verdict, const Result<HttpResponse>& reply);
  void report(Verdict verdict, const Result<HttpResponse>& reply);
  void report_failure(const Result<HttpResponse>& reply) const;
  void go_on();
  void finish();
  boost::asio::awaitable<void> back_off(std::optional<std::chrono::seconds> retry_after);

  SenderOptions options_;
  HttpHeaders headers_;
  Spool& spool_;
  Encoder& encoder_;
  Transport& transport_;
  Clock& clock_;
  Event& stopping_;
  CursorId cursor_;
  Backoff backoff_;
  Outage outage_;
  SenderCounters counters_;
  std::optional<Current> current_;
  std::optional<BootTime> metadata_sent_;
  bool hurried_ = false;  // the one try that `stopping` brings forward has been made
};

}  // namespace bpfpush
