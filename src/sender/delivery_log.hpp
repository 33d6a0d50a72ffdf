#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "env/clock.hpp"
#include "remote_write/histogram_form.hpp"
#include "remote_write/snapshot_rules.hpp"
#include "sender/outage.hpp"
#include "sender/throttle.hpp"
#include "sender/verdict.hpp"

namespace bpfpush {

// What an endpoint's sender says of its deliveries: what is new at once, what goes on now and then.
class DeliveryLog {
 public:
  explicit DeliveryLog(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  // A try failed and will be made again.
  void failed(BootTime now, Verdict verdict, int attempt, const Result<HttpResponse>& reply);

  // The endpoint took a request, the first perhaps, or refused it for good: it is there.
  void answered(BootTime now, bool is_first_delivered);
  void rejected(BootTime now, Refusal refusal, std::size_t samples, const HttpResponse& reply);
  // It took a request, but said that it has not written as many of its samples.
  void unwritten(BootTime now, std::size_t samples);
  // Which version of the protocol it takes has been found out, from this answer.
  void version_found(ProtocolVersion version, const HttpResponse& reply);
  void skipped(BootTime now, std::uint64_t snapshots);
  void clock_is_not_set(BootTime now);

  // What of a snapshot could not be sent, but for what rules drop: that is meant.
  void unsent(BootTime now, const RulesState& state);

 private:
  std::string endpoint_;
  Outage outage_;
  Throttle rejections_;
};

}  // namespace bpfpush
