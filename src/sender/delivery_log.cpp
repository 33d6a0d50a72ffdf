#include "sender/delivery_log.hpp"

#include "base/log.hpp"

namespace bpfpush {

void DeliveryLog::failed(BootTime now, Verdict verdict, int attempt,
                         const Result<HttpResponse>& reply) {
  const std::string reason = reply ? std::to_string(reply->status) : reply.error().code.to_string();
  if (!outage_.failed(now, reason)) return;
  const std::string retry_attempt = std::to_string(attempt);
  if (!reply) {
    log::warn("not delivered, will retry", {{"endpoint", endpoint_},
                                            {"retry_attempt", retry_attempt},
                                            {"error", reply.error().message()}});
    return;
  }
  const std::string status = std::to_string(reply->status);
  if (verdict == Verdict::kHeld) {
    log::warn("endpoint refuses us, its data is held",
              {{"endpoint", endpoint_},
               {"status", status},
               {"body", reply->body},
               {"hint", std::string(hint_for_held(reply->status))}});
  } else if (reply->status / 100 == 3) {
    log::warn("endpoint redirects, which is not followed: set url to where the data should go",
              {{"endpoint", endpoint_},
               {"retry_attempt", retry_attempt},
               {"status", status},
               {"location", reply->location}});
  } else {
    log::warn("endpoint cannot take data now, will retry", {{"endpoint", endpoint_},
                                                            {"retry_attempt", retry_attempt},
                                                            {"status", status},
                                                            {"body", reply->body}});
  }
}

void DeliveryLog::answered(BootTime now, bool is_first_delivered) {
  if (const auto outage = outage_.ended(now)) {
    log::info("endpoint answers again", {{"endpoint", endpoint_},
                                         {"failed_tries", std::to_string(outage->failures)},
                                         {"seconds", std::to_string(outage->duration.count())}});
  } else if (is_first_delivered) {
    log::info("first request delivered", {{"endpoint", endpoint_}});
  }
}

void DeliveryLog::rejected(BootTime now, Refusal refusal, std::size_t samples,
                           const HttpResponse& reply) {
  const std::string status = std::to_string(reply.status);
  if (!rejections_.admits(now, name_of(refusal) + status)) return;
  constexpr std::string_view kMessage = "request rejected, its samples are dropped";
  const std::string count = std::to_string(samples);
  const std::string reason = name_of(refusal);
  const std::string_view hint = hint_for(refusal);
  if (hint.empty()) {
    log::warn(kMessage, {{"endpoint", endpoint_},
                         {"status", status},
                         {"reason", reason},
                         {"samples", count},
                         {"body", reply.body}});
    return;
  }
  log::warn(kMessage, {{"endpoint", endpoint_},
                       {"status", status},
                       {"reason", reason},
                       {"samples", count},
                       {"body", reply.body},
                       {"hint", std::string(hint)}});
}

void DeliveryLog::unwritten(BootTime now, std::size_t samples) {
  if (!rejections_.admits(now, "unwritten")) return;
  log::warn("request taken, but not all of its samples were written",
            {{"endpoint", endpoint_},
             {"samples", std::to_string(samples)},
             {"hint", "what does the receiver's own log say?"}});
}

void DeliveryLog::version_found(ProtocolVersion version, const HttpResponse& reply) {
  if (version == ProtocolVersion::k2) {
    log::info("endpoint takes remote write 2.0", {{"endpoint", endpoint_}});
    return;
  }
  log::info("endpoint does not take remote write 2.0: it gets 1.0, and is asked again once a day",
            {{"endpoint", endpoint_},
             {"status", std::to_string(reply.status)},
             {"written_headers", reply.written.is_said() ? "yes" : "no"},
             {"custom_histograms", "are sent as classic ones"}});
}

void DeliveryLog::skipped(BootTime now, std::uint64_t snapshots) {
  if (!rejections_.admits(now, "skipped")) return;
  log::warn("the backlog is too old for the endpoint: going forward to what it takes",
            {{"endpoint", endpoint_},
             {"skipped_snapshots", std::to_string(snapshots)},
             {"hint", std::string(hint_for(Refusal::kTooOld))}});
}

void DeliveryLog::unsent(BootTime now, const RulesState& state) {
  for (std::size_t i = 0; i < kUnsentReasons; ++i) {
    const std::string reason = name_of(Unsent(i));
    const bool is_meant = Unsent(i) == Unsent::kRule;
    if (is_meant || state.unsent[i] == 0 || !rejections_.admits(now, "unsent " + reason)) continue;
    log::warn("series are not sent: receivers would drop them, or the whole request",
              {{"endpoint", endpoint_},
               {"reason", reason},
               {"series", std::to_string(state.unsent[i])},
               {"hint", "see write_relabel_configs and label_limit"}});
  }
  if (state.cut_values == 0 || !rejections_.admits(now, "cut")) return;
  log::warn("label values are cut: receivers would drop their series",
            {{"endpoint", endpoint_},
             {"values", std::to_string(state.cut_values)},
             {"hint", "see label_value_length_limit"}});
}

void DeliveryLog::clock_is_not_set(BootTime now) {
  if (!rejections_.admits(now, "clock")) return;
  log::warn("the date is not set: snapshots are held until it is", {{"endpoint", endpoint_}});
}

}  // namespace bpfpush
