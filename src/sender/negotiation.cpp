#include "sender/negotiation.hpp"

#include <algorithm>

namespace bpfpush {
namespace {

constexpr auto k1 = ProtocolVersion::k1;
constexpr auto k2 = ProtocolVersion::k2;

bool is_success(const HttpResponse& response) {
  return response.status / 100 == 2;
}

// 2xx, but only a receiver of 1.0 leaves out how much it has written: it read a message without
// series.
bool has_stored_nothing(const SentRequest& sent, const HttpResponse& response) {
  return is_success(response) && sent.samples > 0 && !response.written.is_said();
}

}  // namespace

std::size_t written_samples(const SentRequest& sent, const HttpResponse& response) {
  if (sent.version == k1) return is_success(response) ? sent.samples : 0;
  const std::size_t floats = sent.samples - sent.histograms;
  return std::min<std::size_t>(response.written.samples.value_or(0), floats) +
         std::min<std::size_t>(response.written.histograms.value_or(0), sent.histograms);
}

std::optional<ProtocolVersion> version_taken(const SentRequest& sent, const HttpResponse& response,
                                             bool known) {
  if (response.written.is_said()) return k2;
  if (response.status == 415 || has_stored_nothing(sent, response)) return k1;
  // What knows 2.0 refuses samples so, but says how many it has written all the same.
  if (response.status == 400 && !known) return k1;
  return std::nullopt;
}

void Negotiation::recall(const VersionFinding& finding, BootTime now, WallTime wall) {
  if (only_) return;
  found_ = finding.version;
  const BootTime::duration age = wall - finding.found;
  const bool is_recent = std::chrono::abs(age) < kProbeInterval;  // the clock may have been set
  found_at_ = now - (is_recent ? std::max(age, age.zero()) : kProbeInterval);
}

ProtocolVersion Negotiation::version(BootTime now) const {
  if (only_) return *only_;
  const bool is_due = now - found_at_ >= kProbeInterval;
  return found_ == k1 && !is_due ? k1 : k2;
}

Verdict Negotiation::judge(const SentRequest& sent, const Result<HttpResponse>& reply,
                           BootTime now) {
  const Verdict verdict = classify(reply);
  if (!reply) return verdict;
  if (sent.version == k1) {
    const bool tries_other = reply->status == 415 && !only_ && !refused_both_;
    if (tries_other) found_.reset();
    refused_both_ = false;
    return tries_other ? Verdict::kOtherVersion : verdict;
  }
  const auto taken = version_taken(sent, *reply, only_ || found_ == k2);
  if (only_) return taken == k1 ? Verdict::kHeld : verdict;
  if (taken) find(*taken, now);
  refused_both_ = taken == k1;
  return taken == k1 ? Verdict::kOtherVersion : verdict;
}

bool Negotiation::give_up(ProtocolVersion version, BootTime now) {
  if (only_ || version == k1 || found_ == k2) return false;
  find(k1, now);
  return true;
}

// That 1.0 is taken is news each time: it was asked for, and counts for a day from now.
void Negotiation::find(ProtocolVersion version, BootTime now) {
  has_news_ |= version == k1 || version != found_;
  found_ = version;
  found_at_ = now;
}

}  // namespace bpfpush
