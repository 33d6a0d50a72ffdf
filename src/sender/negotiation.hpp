#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "env/clock.hpp"
#include "remote_write/histogram_form.hpp"
#include "sender/transport.hpp"
#include "sender/verdict.hpp"

namespace bpfpush {

// What was sent, as far as its answer depends on it.
struct SentRequest {
  ProtocolVersion version = ProtocolVersion::k1;
  std::size_t samples = 0;     // native histograms included
  std::size_t histograms = 0;  // of them
};

// Which version of the protocol a receiver takes, as it was found out, and when.
struct VersionFinding {
  ProtocolVersion version = ProtocolVersion::k1;
  WallTime found;

  friend bool operator==(const VersionFinding&, const VersionFinding&) = default;
};

// How many samples of a request the receiver says that it has written. 1.0 knows nothing of that:
// all of them. Where it says so of some kinds only, it has written none of the others.
std::size_t written_samples(const SentRequest& sent, const HttpResponse& response);

// What an answer to a request of version 2.0 says of the receiver; nothing if it says nothing.
// `known` is whether it was found to take 2.0 before.
std::optional<ProtocolVersion> version_taken(const SentRequest& sent, const HttpResponse& response,
                                             bool known);

// Finds out which version an endpoint takes: 2.0 is tried, and given up for 1.0 where the answer
// shows that the receiver does not know it. Some answer 2xx, and have stored nothing. Once a day it
// is tried again. No decision is made on a failure that may have other reasons.
class Negotiation {
 public:
  static constexpr std::chrono::hours kProbeInterval{24};

  // `only` is the version to use whatever is answered; without it, both.
  explicit Negotiation(std::optional<ProtocolVersion> only) : only_(only) {}

  // Goes on from what was found before. If its date is not within a day of `wall`, 2.0 is tried.
  void recall(const VersionFinding& finding, BootTime now, WallTime wall);

  // The version for the next request.
  ProtocolVersion version(BootTime now) const;

  // What an answer means for its request. kOtherVersion: it is to be sent again, in version().
  Verdict judge(const SentRequest& sent, const Result<HttpResponse>& reply, BootTime now);

  // A request of this version fails again and again. True if that may be for its version, which is
  // then given up.
  bool give_up(ProtocolVersion version, BootTime now);

  // What was found; nothing while it is not known, or not to be found out.
  std::optional<ProtocolVersion> found() const { return found_; }

  // Whether anything worth keeping was found since this was asked last.
  bool take_news() { return std::exchange(has_news_, false); }

 private:
  void find(ProtocolVersion version, BootTime now);

  std::optional<ProtocolVersion> only_;
  std::optional<ProtocolVersion> found_;
  BootTime found_at_{};
  bool has_news_ = false;
  bool refused_both_ = false;  // the request at hand was refused in 2.0 already
};

}  // namespace bpfpush
