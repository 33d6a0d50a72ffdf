#include "sender/verdict.hpp"

namespace bpfpush {

Verdict classify(const Result<HttpResponse>& reply) {
  // No answer says nothing about the request. It may have been stored: sending the same samples
  // again is harmless.
  if (!reply) return Verdict::kRetry;
  switch (reply->status / 100) {
    case 2:
      // Prometheus answers 204, Mimir and Thanos 200, a Mimir that deduplicates replicas 202.
      return Verdict::kDelivered;
    case 3:
      // Not followed, for the credentials would go to whoever it names. The data is good, only
      // `url` is wrong.
      return Verdict::kRetry;
    case 4:
      // 429 is a limit on the rate, not on this request. Any other 4xx will meet the same bytes
      // again: out of order, too old, bad labels, not allowed. Remote write forbids to retry it,
      // and it would block all that is behind it.
      return reply->status == 429 ? Verdict::kRetry : Verdict::kRejected;
    default:
      // 5xx is the receiver's own trouble, and a status of no known class counts as one (RFC 9110,
      // section 15).
      return Verdict::kRetry;
  }
}

}  // namespace bpfpush
