#include "sender/verdict.hpp"

#include <algorithm>
#include <string>

namespace bpfpush {
namespace {

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool says(const std::string& body, std::string_view text) {
  const auto same = [](char a, char b) { return to_lower(a) == b; };
  return std::search(body.begin(), body.end(), text.begin(), text.end(), same) != body.end();
}

// Prometheus and VictoriaMetrics answer 400 where others answer 413.
bool is_too_large(const HttpResponse& response) {
  return response.status == 413 ||
         (response.status == 400 &&
          (says(response.body, "exceeds limit") || says(response.body, "maxinsertrequestsize")));
}

// The data is good. Credentials are wrong or not there yet (and their files are read for every
// try); or nobody of remote write answers at that path.
bool is_denied(int status) {
  return status == 401 || status == 403 || status == 404 || status == 405 || status == 407;
}

Verdict classify_refusal(const HttpResponse& response) {
  // A limit on the rate, not on this request.
  if (response.status == 429) return Verdict::kRetry;
  if (is_denied(response.status)) return Verdict::kHeld;
  if (is_too_large(response)) return Verdict::kTooLarge;
  // Any other 4xx will meet the same bytes again: out of order, too old, bad labels. Remote write
  // forbids to retry it, and it would block all that is behind it.
  return refusal_of(response) == Refusal::kTooOld ? Verdict::kTooOld : Verdict::kRejected;
}

}  // namespace

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
      return classify_refusal(*reply);
    default:
      // 5xx is the receiver's own trouble, and a status of no known class counts as one (RFC 9110,
      // section 15).
      return Verdict::kRetry;
  }
}

Refusal refusal_of(const HttpResponse& response) {
  struct Text {
    std::string_view text;
    Refusal refusal;
  };
  // In this order: Mimir explains a sample that is too old by its out-of-order window.
  constexpr Text kTexts[] = {
      {"too far in", Refusal::kTooNew},              // Mimir, Thanos
      {"too-far-in-future", Refusal::kTooNew},       // Mimir
      {"too old", Refusal::kTooOld},                 // Prometheus, Thanos
      {"too-old", Refusal::kTooOld},                 // Mimir
      {"out of bounds", Refusal::kTooOld},           // Prometheus, Thanos
      {"duplicate sample", Refusal::kDuplicate},     // Prometheus, Thanos
      {"duplicate-timestamp", Refusal::kDuplicate},  // Mimir
      {"out of order", Refusal::kOutOfOrder},        // Prometheus, Thanos
      {"out-of-order", Refusal::kOutOfOrder},        // Mimir
  };
  if (is_too_large(response)) return Refusal::kTooLarge;
  if (is_denied(response.status)) return Refusal::kDenied;
  const bool is_of_samples =
      response.status == 400 || response.status == 409 || response.status == 422;
  if (!is_of_samples) return Refusal::kOther;
  for (const auto& [text, refusal] : kTexts) {
    if (says(response.body, text)) return refusal;
  }
  // Thanos says 409 of samples that conflict with what it has, and not always how.
  return response.status == 409 ? Refusal::kOutOfOrder : Refusal::kOther;
}

const char* name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kOutOfOrder:
      return "out_of_order";
    case Refusal::kDuplicate:
      return "duplicate";
    case Refusal::kTooOld:
      return "too_old";
    case Refusal::kTooNew:
      return "too_new";
    case Refusal::kTooLarge:
      return "too_large";
    case Refusal::kServerError:
      return "server_error";
    case Refusal::kDenied:
      return "denied";
    case Refusal::kOther:
      break;
  }
  return "other";
}

std::string_view hint_for(Refusal refusal) {
  switch (refusal) {
    case Refusal::kOutOfOrder:
    case Refusal::kDuplicate:
      return "does another agent push with the same external_labels?";
    case Refusal::kTooOld:
      return "the receiver would admit it with out_of_order_time_window (Prometheus: storage.tsdb, "
             "Mimir: limits; Thanos: --tsdb.out-of-order.time-window) as long as the outages to be "
             "bridged";
    case Refusal::kTooNew:
      return "compare the clocks of this host and of the receiver";
    case Refusal::kTooLarge:
      return "one histogram is larger than the receiver takes in a request";
    case Refusal::kServerError:
      return "others pass; what does the receiver's own log say?";
    case Refusal::kDenied:
    case Refusal::kOther:
      break;
  }
  return {};
}

std::string_view hint_for_held(int status) {
  if (status == 415 || status / 100 == 2) {
    return "it does not take remote write 2.0; set protobuf_message to auto or to "
           "prometheus.WriteRequest";
  }
  if (status == 404 || status == 405) {
    return "is the path of url that of the receiver's remote write, and is that switched on?";
  }
  return "the credentials' files are read again for every try";
}

}  // namespace bpfpush
