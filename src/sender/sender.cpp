#include "sender/sender.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "sender/request_headers.hpp"

namespace bpfpush {
namespace asio = boost::asio;

Sender::Sender(SenderOptions options, const SenderParts& parts)
    : options_(std::move(options)),
      headers_(request_headers(options_.headers)),
      spool_(parts.spool),
      encoder_(parts.encoder),
      transport_(parts.transport),
      clock_(parts.clock),
      stopping_(parts.stopping),
      cursor_(parts.spool.open_cursor(options_.endpoint)),
      backoff_(options_.backoff, parts.random) {
  for (const auto& [name, value] : options_.headers) {
    if (!is_reserved_header(name)) continue;
    log::warn("header ignored: the protocol sets it", {{"endpoint", endpoint()}, {"header", name}});
  }
}

asio::awaitable<void> Sender::run() {
  for (;;) {
    const bool readable = co_await spool_.wait_until_readable(cursor_);
    if (!readable) co_return;
    if (!prepare()) continue;
    HttpRequest request = make_request();
    const Result<HttpResponse> reply = co_await transport_.post(std::move(request));
    if (!reply) {
      // A request that was abandoned because we are being cancelled says nothing about the
      // endpoint.
      const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
      if (cancellation.cancelled() != asio::cancellation_type::none) co_return;
    }
    const Verdict verdict = classify(reply);
    count(verdict, reply);
    report(verdict, reply);
    if (verdict == Verdict::kRetry) {
      // Named, because GCC 12 evaluates both branches of a conditional inside a co_await
      // expression.
      const auto retry_after = reply ? reply->retry_after : std::nullopt;
      co_await back_off(retry_after);
    } else {
      go_on();
    }
  }
}

// Makes the request to send next the current one; false if the snapshot at the front had nothing to
// send and is popped. A snapshot evicted while its requests go through is finished all the same, or
// a slow link would never finish one. Once a try of it fails it is given up: the spool has counted
// it as lost, and the next is worth more.
bool Sender::prepare() {
  SpooledSnapshot front = spool_.front(cursor_);
  const bool failing = backoff_.attempt() > 0;
  if (current_ && (!failing || current_->spooled.id == front.id)) return true;
  current_ = Current{.spooled = std::move(front), .request = {}};
  encode_from(0);
  if (current_->request.samples > 0) return true;
  finish();
  return false;
}

void Sender::encode_from(std::size_t begin) {
  current_->encoded = clock_.now();
  current_->with_metadata =
      !metadata_sent_ || current_->encoded - *metadata_sent_ >= kMetadataInterval;
  current_->request = encoder_.encode(*current_->spooled.snapshot, begin, current_->with_metadata);
  CHECK(current_->request.next > begin || current_->request.is_last);
}

HttpRequest Sender::make_request() const {
  HttpRequest request{headers_, current_->request.body};
  // Mimir makes its Retry-After longer with each attempt.
  if (backoff_.attempt() > 0) {
    request.headers.emplace_back("Retry-Attempt", std::to_string(backoff_.attempt()));
  }
  return request;
}

void Sender::count(Verdict verdict, const Result<HttpResponse>& reply) {
  const EncodedRequest& request = current_->request;
  counters_.bytes_sent += request.body.size();
  counters_.last_status = reply ? reply->status : 0;
  switch (verdict) {
    case Verdict::kDelivered:
      counters_.requests_delivered += 1;
      counters_.samples_delivered += request.samples;
      counters_.last_success = clock_.wall_now();
      break;
    case Verdict::kRejected:
      counters_.requests_rejected += 1;
      counters_.samples_rejected += request.samples;
      break;
    case Verdict::kRetry:
      counters_.requests_retried += 1;
      break;
  }
}

void Sender::report(Verdict verdict, const Result<HttpResponse>& reply) {
  if (verdict == Verdict::kRetry) {
    const std::string reason =
        reply ? std::to_string(reply->status) : reply.error().code.to_string();
    if (outage_.failed(clock_.now(), reason)) report_failure(reply);
    return;
  }
  if (const auto outage = outage_.ended(clock_.now())) {
    log::info("endpoint answers again", {{"endpoint", endpoint()},
                                         {"failed_tries", std::to_string(outage->failures)},
                                         {"seconds", std::to_string(outage->duration.count())}});
  } else if (verdict == Verdict::kDelivered && counters_.requests_delivered == 1) {
    log::info("first request delivered", {{"endpoint", endpoint()}});
  }
  if (verdict == Verdict::kRejected) {
    const bool wrong_path = reply->status == 404 || reply->status == 405;
    log::warn(
        "request rejected, its samples are dropped",
        {{"endpoint", endpoint()},
         {"status", std::to_string(reply->status)},
         {"samples", std::to_string(current_->request.samples)},
         {"body", reply->body},
         {"hint", wrong_path ? "is the path of url that of the receiver's remote write?" : ""}});
  }
}

void Sender::report_failure(const Result<HttpResponse>& reply) const {
  const std::string attempt = std::to_string(backoff_.attempt());
  if (!reply) {
    log::warn(
        "not delivered, will retry",
        {{"endpoint", endpoint()}, {"retry_attempt", attempt}, {"error", reply.error().message()}});
  } else if (reply->status / 100 == 3) {
    log::warn("endpoint redirects, which is not followed: set url to where the data should go",
              {{"endpoint", endpoint()},
               {"retry_attempt", attempt},
               {"status", std::to_string(reply->status)},
               {"location", reply->location}});
  } else {
    log::warn("endpoint cannot take data now, will retry",
              {{"endpoint", endpoint()},
               {"retry_attempt", attempt},
               {"status", std::to_string(reply->status)},
               {"body", reply->body}});
  }
}

// The current request is through, delivered or refused for good: on to the rest of its snapshot, or
// past it.
void Sender::go_on() {
  backoff_.reset();
  if (current_->with_metadata) metadata_sent_ = current_->encoded;
  if (current_->request.is_last) {
    finish();
  } else {
    encode_from(current_->request.next);
  }
}

void Sender::finish() {
  encoder_.done();
  spool_.pop(cursor_, current_->spooled.id);
  current_.reset();
}

asio::awaitable<void> Sender::back_off(std::optional<std::chrono::seconds> retry_after) {
  using asio::experimental::awaitable_operators::operator||;
  const BootTime deadline = clock_.now() + backoff_.next_delay(retry_after);
  if (hurried_) {
    co_await clock_.sleep_until(deadline);
    co_return;
  }
  co_await (clock_.sleep_until(deadline) || stopping_.wait());
  hurried_ = stopping_.is_set();
}

}  // namespace bpfpush
