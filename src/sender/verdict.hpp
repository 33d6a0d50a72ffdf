#pragma once

#include "base/result.hpp"
#include "sender/transport.hpp"

namespace bpfpush {

// What an answer means for the request it answers.
enum class Verdict {
  kDelivered,  // the receiver has it
  kRejected,   // it refuses this request for good: count, log, go on with the next
  kRetry,      // not now: keep it and ask again later
};

Verdict classify(const Result<HttpResponse>& reply);

}  // namespace bpfpush
