#include "sim/network.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>
#include <vector>

namespace bpfpush::sim {
namespace asio = boost::asio;

using std::chrono::seconds;

namespace {

Error no_answer(asio::error::basic_errors error) {
  return Error(error, "http://simulated/");
}

}  // namespace

asio::awaitable<Result<HttpResponse>> SimTransport::post(HttpRequest request) {
  std::optional<Trouble> trouble = way_.trouble;
  if (trouble == Trouble::kFlickers) {
    trouble.reset();
    if (dice_.chance(0.3)) trouble = static_cast<Trouble>(dice_.below(kTroubles - 1));
  }
  const bool taken_first = dice_.chance(0.5);
  const bool hangs = trouble == Trouble::kHangs || trouble == Trouble::kAnswersLate;
  std::chrono::nanoseconds latency = dice_.about(way_.latency);
  if (hangs) latency = way_.timeout;
  const bool is_lost = trouble == Trouble::kResets || trouble == Trouble::kAnswersLate;
  if (is_lost && taken_first) way_.receiver.take(request.body, sky_.date());
  if (trouble == Trouble::kAnswersLate && !taken_first) {
    std::vector<std::byte> body(request.body.begin(), request.body.end());
    auto arrive = [this_way = &way_, sky = &sky_, bytes = std::move(body)] {
      this_way->receiver.take(bytes, sky->date(), true);
    };
    sky_.after(way_.timeout + dice_.about(seconds(20)), std::move(arrive));
  }
  const BootTime deadline = clock_.now() + latency;
  co_await clock_.sleep_until(deadline);
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    co_return no_answer(asio::error::operation_aborted);
  }
  if (!trouble) co_return way_.receiver.take(request.body, sky_.date());
  switch (*trouble) {
    case Trouble::kRefuses:
      co_return no_answer(asio::error::connection_refused);
    case Trouble::kResets:
      co_return no_answer(asio::error::connection_reset);
    case Trouble::kOverloaded:
      co_return refuse(503);
    case Trouble::kTooMany:
      co_return refuse(429);
    case Trouble::kFails:
      co_return refuse(500);
    case Trouble::kDenies:
      co_return refuse(401);
    default:
      co_return no_answer(asio::error::timed_out);
  }
}

HttpResponse SimTransport::refuse(int status) {
  HttpResponse response;
  response.status = status;
  if (way_.receiver.traits().tells_date) {
    response.date = std::chrono::floor<seconds>(sky_.date());
  }
  if ((status == 503 || status == 429) && dice_.chance(0.5)) {
    response.retry_after = seconds(dice_.chance(0.1) ? 100'000 : dice_.below(120));
  }
  return response;
}

}  // namespace bpfpush::sim
