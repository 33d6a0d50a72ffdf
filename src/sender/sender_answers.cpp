#include "sender/sender.hpp"
#include "sender/skip.hpp"

// What a Sender makes of answers that are final for their request.
namespace bpfpush {

SentRequest Sender::sent() const {
  return {current_->version, current_->request.samples, current_->request.histograms};
}

Verdict Sender::judge(const Result<HttpResponse>& reply) {
  const std::optional<ProtocolVersion> before = negotiation_.found();
  const Verdict verdict = negotiation_.judge(sent(), reply, clock_.now());
  const std::optional<ProtocolVersion> found = negotiation_.found();
  if (found && found != before) log_.version_found(*found, *reply);
  return verdict;
}

std::chrono::nanoseconds Sender::deliver(const HttpResponse& reply) {
  const std::size_t samples = current_->request.samples;
  const std::size_t written = written_samples(sent(), reply);
  counters_.requests_delivered += 1;
  counters_.samples_delivered += written;
  counters_.samples_unwritten += samples - written;
  if (written < samples) log_.unwritten(clock_.now(), samples - written);
  counters_.last_success = clock_.wall_now();
  too_old_in_a_row_ = 0;
  size_limit_.passed(samples);
  current_->parts.passed(current_->request.next);
  return go_on();
}

std::chrono::nanoseconds Sender::split(const HttpResponse& reply) {
  size_limit_.refused();
  if (!current_->parts.halve(current_->request.next)) return reject(Refusal::kTooLarge, reply);
  counters_.requests_split += 1;
  patience_.renew();
  encode_next();
  return {};
}

std::chrono::nanoseconds Sender::reject(Refusal refusal, const HttpResponse& reply) {
  count_rejected(refusal, reply);
  current_->parts.refused(current_->request.next);
  return refusal == Refusal::kTooOld ? skip() : go_on();
}

void Sender::count_rejected(Refusal refusal, const HttpResponse& reply) {
  // Of a request of version 2.0 the receiver may have refused some samples only, and says so.
  const std::size_t written = written_samples(sent(), reply);
  const std::size_t samples = current_->request.samples - written;
  counters_.samples_delivered += written;
  counters_.requests_rejected += 1;
  counters_.samples_rejected[static_cast<std::size_t>(refusal)] += samples;
  current_->rejected = true;
  log_.rejected(clock_.now(), refusal, samples, reply);
}

// What is older than a snapshot refused as too old would be refused too, and so, it may be, much of
// what follows.
std::chrono::nanoseconds Sender::skip() {
  const std::uint64_t pending = backlog().pending_snapshots;
  if (pending <= 1) return go_on();
  too_old_in_a_row_ += 1;
  to_skip_ = skip_step(too_old_in_a_row_, pending) - 1;
  if (to_skip_ > 0) log_.skipped(clock_.now(), counters_.snapshots_skipped + to_skip_);
  counters_.snapshots_rejected += pop(current_->spooled.id);
  return finish();
}

}  // namespace bpfpush
