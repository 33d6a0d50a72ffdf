#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "env/clock.hpp"
#include "env/event.hpp"
#include "env/random.hpp"
#include "env/storage.hpp"
#include "remote_write/encoder.hpp"
#include "sender/backoff.hpp"
#include "sender/byte_rate.hpp"
#include "sender/catch_up.hpp"
#include "sender/delivery_log.hpp"
#include "sender/metered_link.hpp"
#include "sender/negotiation.hpp"
#include "sender/parts.hpp"
#include "sender/patience.hpp"
#include "sender/sender_counters.hpp"
#include "sender/size_limit.hpp"
#include "sender/stamp.hpp"
#include "sender/transport.hpp"
#include "sender/verdict.hpp"
#include "sender/version_file.hpp"
#include "spool/spool.hpp"

namespace bpfpush {

struct SenderOptions {
  std::string endpoint;  // its name: in the log, in self-metrics, and for its cursor in the spool
  HttpHeaders headers;   // the user's; those that remote write sets itself are ignored
  BackoffOptions backoff;
  Patience::Options patience = {};
  // The version to send in; nothing is 2.0 where the endpoint takes it, else 1.0.
  std::optional<ProtocolVersion> version = ProtocolVersion::k1;
  Compression compression = Compression::kSnappy;  // the encoder's
  std::string url = {};                            // the endpoint's, to know it again
  bool strict = false;  // what is refused for credentials or path is dropped, not held
  std::uint64_t bytes_per_second_max = 0;    // 0: no limit
  std::uint64_t bytes_per_day_max = 0;       // likewise; see DayBudget
  bool is_tls = false;                       // for what it takes of the link
  std::chrono::nanoseconds push_interval{};  // see CatchUp
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
  Storage* storage = nullptr;  // where what was found of the endpoint is kept; none: nowhere
};

// Delivers the snapshots of a spool to one endpoint, oldest first, as remote write. A snapshot
// leaves the spool only once the receiver has taken or for good refused all of its requests: a
// crash sends some twice rather than never. What was answered is never sent again, but for what
// the receiver could not read: that is sent in the other version.
class Sender {
 public:
  // Metadata is for the receiver's memory of names and units, which need not hear it with every
  // push.
  static constexpr std::chrono::minutes kMetadataInterval{1};
  static constexpr std::chrono::hours kMeteredMetadataInterval{1};  // where bytes are counted

  // How often a clock that is not set is looked at.
  static constexpr std::chrono::seconds kClockInterval{1};

  Sender(SenderOptions options, const SenderParts& parts);

  // Returns once the spool is closed and everything in it is through, or cannot be dated.
  // Cancelling it leaves the spool as it is.
  boost::asio::awaitable<void> run();

  const std::string& endpoint() const { return options_.endpoint; }
  const SenderCounters& counters() const { return counters_; }
  SpoolState backlog() const { return spool_.state(cursor_); }

  // How far apart pushes are.
  std::chrono::nanoseconds push_interval() const { return link_.budget().interval(); }

 private:
  // The snapshot at hand, and the request made of it. The request is kept over its retries, which
  // so send the same bytes.
  struct Current {
    SpooledSnapshot spooled;
    WallTime timestamp;
    Parts parts = Parts(std::numeric_limits<std::size_t>::max());  // until it is known how many
    EncodedRequest request = {};
    ProtocolVersion version = ProtocolVersion::k1;  // the request's
    bool with_metadata = false;
    bool asks_date = false;  // the request has no samples: its answer is to tell the date
    bool rejected = false;   // some of it was
    bool gave_up = false;    // some of it was rejected for its 5xx
    BootTime encoded = {};
  };
  enum class Ready { kYes, kNo, kNotDated };

  Ready prepare();
  bool must_ask_date() const;
  void encode_next();
  HttpRequest make_request() const;
  boost::asio::awaitable<void> pace();
  boost::asio::awaitable<void> wait_until(BootTime deadline);

  // Act upon an answer; what they return is how long to wait then.
  std::chrono::nanoseconds settle(const Result<HttpResponse>& reply);
  std::chrono::nanoseconds retry(Verdict verdict, const Result<HttpResponse>& reply);
  std::chrono::nanoseconds go_on();
  std::chrono::nanoseconds finish();
  std::uint64_t pop(std::uint64_t id);

  // In sender_answers.cpp.
  SentRequest sent() const;
  Verdict judge(const Result<HttpResponse>& reply);
  std::chrono::nanoseconds deliver(const HttpResponse& reply);
  std::chrono::nanoseconds split(const HttpResponse& reply);
  std::chrono::nanoseconds reject(Refusal refusal, const HttpResponse& reply);
  std::chrono::nanoseconds skip();
  void count_rejected(Refusal refusal, const HttpResponse& reply);

  SenderOptions options_;
  std::array<HttpHeaders, 2> headers_;  // by ProtocolVersion
  Spool& spool_;
  Encoder& encoder_;
  Transport& transport_;
  Clock& clock_;
  Event& stopping_;
  CursorId cursor_;
  Backoff backoff_;
  Patience patience_;
  ByteRate rate_;
  MeteredLink link_;
  CatchUp catch_up_;
  SizeLimit size_limit_;
  Negotiation negotiation_;
  VersionFile version_file_;
  ReceiverClock receiver_clock_;
  DeliveryLog log_;
  SenderCounters counters_;
  std::optional<Current> current_;
  std::optional<BootTime> metadata_sent_;
  std::optional<WallTime> last_timestamp_;
  int too_old_in_a_row_ = 0;
  std::uint64_t to_skip_ = 0;  // snapshots, for they will be too old as well
  bool asked_date_ = false;
  bool hurried_ = false;  // the one try that `stopping` brings forward has been made
};

}  // namespace bpfpush
