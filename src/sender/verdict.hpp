#pragma once

#include <string_view>

#include "base/result.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

// What an answer means for the request it answers.
enum class Verdict {
  kDelivered,     // the receiver has it
  kRejected,      // it refuses this request for good: count, log, go on with the next
  kTooOld,        // the same, and it will refuse everything older
  kTooLarge,      // it may take it in smaller parts
  kHeld,          // it takes nothing from us until a person puts something right: ask again, slowly
  kRetry,         // not now: keep it and ask again later
  kOtherVersion,  // it may take it in the other version of the protocol: see Negotiation
};

// Why samples were refused for good. The texts that receivers give are no protocol: they decide how
// a refusal is counted and explained, and that a backlog that is too old is not tried one by one.
enum class Refusal {
  kOutOfOrder,
  kDuplicate,
  kTooOld,
  kTooNew,
  kTooLarge,     // one histogram alone
  kServerError,  // 5xx again and again, while others pass
  kDenied,       // 401, 403, 404 where the endpoint is strict
  kOther,
};
constexpr std::size_t kRefusals = 8;

Verdict classify(const Result<HttpResponse>& reply);

// Of an answer of 4xx.
Refusal refusal_of(const HttpResponse& response);

// Its name in metrics and in the log.
const char* name_of(Refusal refusal);

// What the user can do about it; empty where there is nothing to say.
std::string_view hint_for(Refusal refusal);

// What the user can do about an answer that is kHeld.
std::string_view hint_for_held(int status);

}  // namespace bpfpush
