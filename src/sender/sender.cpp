#include "sender/sender.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "sender/request_headers.hpp"

namespace bpfpush {
namespace asio = boost::asio;

Sender::Sender(SenderOptions options, const SenderParts& parts)
    : options_(std::move(options)),
      headers_{request_headers(ProtocolVersion::k1, options_.compression, options_.headers),
               request_headers(ProtocolVersion::k2, options_.compression, options_.headers)},
      spool_(parts.spool),
      encoder_(parts.encoder),
      transport_(parts.transport),
      clock_(parts.clock),
      stopping_(parts.stopping),
      cursor_(parts.spool.open_cursor(options_.endpoint)),
      backoff_(options_.backoff, parts.random),
      patience_(options_.patience),
      rate_(options_.bytes_per_second_max),
      link_({options_.bytes_per_day_max, options_.push_interval, options_.is_tls}),
      catch_up_(options_.push_interval, parts.random),
      negotiation_(options_.version),
      version_file_(parts.storage, options_.endpoint, options_.url),
      log_(options_.endpoint) {
  if (const auto finding = version_file_.load()) {
    negotiation_.recall(*finding, clock_.now(), clock_.wall_now());
  }
  for (const auto& [name, value] : options_.headers) {
    if (!is_reserved_header(name)) continue;
    log::warn("header ignored: the protocol sets it", {{"endpoint", endpoint()}, {"header", name}});
  }
}

asio::awaitable<void> Sender::run() {
  for (;;) {
    const bool readable = co_await spool_.wait_until_readable(cursor_);
    if (!readable) co_return;
    const Ready ready = prepare();
    if (ready == Ready::kNo) {
      // There may be thousands of them, and others want a turn too.
      co_await asio::post(asio::use_awaitable);
      continue;
    }
    if (ready == Ready::kNotDated) {
      if (stopping_.is_set()) co_return;
      const BootTime next_look = clock_.now() + kClockInterval;
      co_await wait_until(next_look);
      continue;
    }
    co_await pace();
    HttpRequest request = make_request();
    const Result<HttpResponse> reply = co_await transport_.post(std::move(request));
    if (!reply) {
      // A request that was abandoned because we are being cancelled says nothing about the
      // endpoint.
      const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
      if (cancellation.cancelled() != asio::cancellation_type::none) co_return;
    }
    const std::chrono::nanoseconds delay = settle(reply);
    if (negotiation_.take_news()) {
      VersionFinding finding{*negotiation_.found(), clock_.wall_now()};
      co_await version_file_.save(finding);
    }
    if (delay > std::chrono::nanoseconds::zero()) {
      const BootTime deadline = clock_.now() + delay;
      co_await wait_until(deadline);
    }
  }
}

// Makes the request to send next the current one; kNo if the snapshot at the front had nothing to
// send and is popped. A snapshot evicted while its requests go through is finished all the same, or
// a slow link would never finish one. Once a try of it fails it is given up: the spool has counted
// it as lost, and the next is worth more.
Sender::Ready Sender::prepare() {
  SpooledSnapshot front = spool_.front(cursor_);
  const bool failing = backoff_.attempt() > 0;
  if (current_ && (!failing || current_->spooled.id == front.id)) return Ready::kYes;
  if (to_skip_ > 0) {
    to_skip_ -= 1;
    counters_.snapshots_skipped += pop(front.id);
    return Ready::kNo;
  }
  if (link_.passes_over(backlog().pending_snapshots, stopping_.is_set())) {
    counters_.snapshots_passed_over += pop(front.id);
    return Ready::kNo;
  }
  current_.reset();
  const BootTime now = clock_.now();
  const TimeView view{clock_.boot_id(), now.time_since_epoch(), clock_.wall_now(),
                      clock_.is_synchronized(), receiver_clock_.offset()};
  const auto timestamp = stamp(front.snapshot->instant, view, last_timestamp_);
  counters_.held = !timestamp;
  if (!timestamp) {
    log_.clock_is_not_set(now);
    return Ready::kNotDated;
  }
  current_ = Current{.spooled = std::move(front), .timestamp = *timestamp};
  // Not later: once something of it was sent, it keeps its timestamp.
  current_->asks_date = must_ask_date();
  encode_next();
  current_->parts = Parts(current_->request.total);
  if (!current_->parts.empty()) return Ready::kYes;
  encoder_.done();
  counters_.snapshots_delivered += pop(current_->spooled.id);
  current_.reset();
  return Ready::kNo;
}

// Nothing says what the date is but this host's clock, which may be years ahead: a sample so far
// ahead would make some receivers refuse everything that follows. So the receiver's is asked first.
bool Sender::must_ask_date() const {
  return !asked_date_ && !clock_.is_synchronized();
}

void Sender::encode_next() {
  Current& current = *current_;
  const BootTime now = clock_.now();
  current.encoded = now;
  current.version = negotiation_.version(now);
  const std::chrono::nanoseconds interval =
      link_.budget().is_limited() ? kMeteredMetadataInterval : kMetadataInterval;
  current.with_metadata =
      current.version == ProtocolVersion::k1 &&
      (current.asks_date || !metadata_sent_ || now - *metadata_sent_ >= interval);
  const Parts::Range part = current.parts.next();
  const RequestRange range{.begin = part.begin,
                           .end = current.asks_date ? part.begin : part.end,
                           .samples_max = size_limit_.samples_max(now),
                           .version = current.version,
                           .with_metadata = current.with_metadata,
                           .timestamp = current.timestamp};
  current.request = encoder_.encode(*current.spooled.snapshot, range);
  CHECK(current.asks_date || current.request.is_last || current.request.next > part.begin);
}

HttpRequest Sender::make_request() const {
  HttpRequest request{headers_[static_cast<std::size_t>(current_->version)],
                      current_->request.body};
  // Mimir makes its Retry-After longer with each attempt.
  if (backoff_.attempt() > 0) {
    request.headers.emplace_back("Retry-Attempt", std::to_string(backoff_.attempt()));
  }
  return request;
}

asio::awaitable<void> Sender::pace() {
  const BootTime now = clock_.now();
  const std::chrono::nanoseconds wait = rate_.take(now, current_->request.body.size());
  if (wait > std::chrono::nanoseconds::zero()) co_await clock_.sleep_until(now + wait);
}

asio::awaitable<void> Sender::wait_until(BootTime deadline) {
  using asio::experimental::awaitable_operators::operator||;
  if (hurried_) {
    co_await clock_.sleep_until(deadline);
    co_return;
  }
  co_await (clock_.sleep_until(deadline) || stopping_.wait());
  hurried_ = stopping_.is_set();
}

std::chrono::nanoseconds Sender::settle(const Result<HttpResponse>& reply) {
  const Verdict verdict = judge(reply);
  counters_.bytes_sent += current_->request.body.size();
  counters_.link_bytes += link_.take(clock_.now(), current_->request.body.size());
  counters_.last_status = reply ? reply->status : 0;
  if (!current_->asks_date) last_timestamp_ = current_->timestamp;
  if (reply && reply->date) receiver_clock_.heard(*reply->date, clock_.now());
  counters_.held = verdict == Verdict::kHeld && !options_.strict;
  if (counters_.held || verdict == Verdict::kRetry) return retry(verdict, reply);
  if (verdict == Verdict::kOtherVersion) {
    counters_.requests_retried += 1;
    encode_next();
    return {};
  }

  backoff_.reset();
  const bool is_first =
      verdict == Verdict::kDelivered && !current_->asks_date && counters_.requests_delivered == 0;
  log_.answered(clock_.now(), is_first);
  if (current_->asks_date) {
    asked_date_ = true;
    current_.reset();
    return {};
  }
  if (current_->with_metadata) metadata_sent_ = current_->encoded;
  switch (verdict) {
    case Verdict::kDelivered:
      return deliver(*reply);
    case Verdict::kTooLarge:
      return split(*reply);
    default:
      return reject(refusal_of(*reply), *reply);
  }
}

std::chrono::nanoseconds Sender::retry(Verdict verdict, const Result<HttpResponse>& reply) {
  const BootTime now = clock_.now();
  const bool held = verdict == Verdict::kHeld;
  log_.failed(now, verdict, backoff_.attempt(), reply);
  catch_up_.interrupted();
  const bool may_be_the_request = reply && reply->status >= 500 && !current_->asks_date;
  if (may_be_the_request && (current_->parts.isolating() || patience_.ends(now))) {
    if (negotiation_.give_up(current_->version, now)) {
      patience_.renew();
      encode_next();
      return {};
    }
    const Parts::Failure failure = current_->parts.failed(current_->request.next);
    if (failure == Parts::Failure::kGiveUp) {
      current_->gave_up = true;
      count_rejected(Refusal::kServerError, *reply);
      return go_on();
    }
    encode_next();
    if (failure == Parts::Failure::kTryOn) backoff_.reset();
  }
  (held ? counters_.requests_held : counters_.requests_retried) += 1;
  const auto pace = held ? Backoff::Pace::kSlow : Backoff::Pace::kUsual;
  const std::chrono::nanoseconds delay =
      backoff_.next_delay(reply ? reply->retry_after : std::nullopt, pace);
  return std::max(delay, link_.budget().wait(now));
}

// The current request is through, delivered or refused for good: on to the rest of its snapshot, or
// past it.
std::chrono::nanoseconds Sender::go_on() {
  patience_.renew();
  backoff_.reset();
  if (!current_->parts.empty()) {
    encode_next();
    return {};
  }
  encoder_.done();
  log_.unsent(clock_.now(), encoder_.rules_state());
  size_limit_.learn(clock_.now());
  patience_.learn(current_->gave_up);
  const bool rejected = current_->rejected;
  const std::uint64_t popped = pop(current_->spooled.id);
  (rejected ? counters_.snapshots_rejected : counters_.snapshots_delivered) += popped;
  return finish();
}

std::chrono::nanoseconds Sender::finish() {
  current_.reset();
  link_.finish_snapshot();
  const std::chrono::nanoseconds pause =
      std::max(catch_up_.pause(backlog().pending_snapshots), link_.budget().wait(clock_.now()));
  return stopping_.is_set() ? std::chrono::nanoseconds::zero() : pause;
}

// 1, or 0 if the spool had evicted or thinned it meanwhile, and counted it so.
std::uint64_t Sender::pop(std::uint64_t id) {
  const std::uint64_t before = backlog().passed_snapshots;
  spool_.pop(cursor_, id);
  return backlog().passed_snapshots - before;
}

}  // namespace bpfpush
