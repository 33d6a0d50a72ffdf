#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <optional>

#include "commands/commands.hpp"
#include "commands/receive_options.hpp"
#include "commands/setup.hpp"
#include "env/asio_clock.hpp"
#include "env/event.hpp"
#include "receiver/histogram_view.hpp"
#include "receiver/receiver.hpp"
#include "receiver/report.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;

// When the screen shows what, and when all of it ends.
struct Plan {
  std::chrono::milliseconds show_every{};
  std::optional<std::chrono::milliseconds> duration;
  std::size_t requests = 0;  // 0: however many come
  bool json = false;
};

Result<Plan> plan_of(const ReceiveCommand& command) {
  Plan plan;
  const auto show_every = parse_option("--show-every", command.show_every);
  if (!show_every) return show_every.error();
  plan.show_every = *show_every;
  if (!command.duration.empty()) {
    const auto duration = parse_option("--duration", command.duration);
    if (!duration) return duration.error();
    plan.duration = *duration;
  }
  plan.requests = command.requests;
  plan.json = command.json;
  return plan;
}

void put(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Serves, tells at once what is wrong, and now and then shows what has arrived since it last did.
class ReceivingScreen {
 public:
  ReceivingScreen(Clock& clock, Receiver& receiver, const Plan& plan,
                  const asio::any_io_executor& executor)
      : clock_(clock), receiver_(receiver), plan_(plan), stopped_(executor) {
    receiver_.on_request([this](const ReceivedRequest& request) { take(request); });
    receiver_.on_answer([this] { end_after_the_last(); });
  }

  asio::awaitable<void> run() {
    co_await (receiver_.run() || show_repeatedly() || stop_in_time() || stopped_.wait());
    tally_.add_missing(receiver_.missing());
    if (!plan_.json) show();
    put(plan_.json ? tally_.to_json() : tally_.to_text());
  }

  void stop() { stopped_.set(); }

  // A receiver that was to end by itself and got nothing has checked nobody.
  int exit_code() const {
    const bool ends = plan_.duration || plan_.requests > 0;
    const bool checked = tally_.requests() > 0 || !ends;
    return checked && !tally_.has_faults() ? kExitOk : kExitFailure;
  }

 private:
  void take(const ReceivedRequest& request) {
    tally_.add(request);
    requests_ += 1;
    samples_ += request.samples + request.histograms;
    body_bytes_ += request.body_bytes;
    if (plan_.json) {
      put(to_json(request));
    } else if (!request.findings.empty() || !request.is_stored()) {
      put(to_text(request));
    }
  }

  void end_after_the_last() {
    if (plan_.requests > 0 && tally_.requests() >= plan_.requests) stop();
  }

  asio::awaitable<void> show_repeatedly() {
    for (;;) {
      const BootTime next = clock_.now() + plan_.show_every;
      co_await clock_.sleep_until(next);
      if (!plan_.json) show();
    }
  }

  asio::awaitable<void> stop_in_time() {
    if (!plan_.duration) {
      co_await stopped_.wait();
      co_return;
    }
    const BootTime end = clock_.now() + *plan_.duration;
    co_await clock_.sleep_until(end);
  }

  void show() {
    if (requests_ == 0) return;
    const std::string histograms = render_histograms(receiver_.store(), {});
    std::printf("%zu requests with %zu samples in %zu bytes arrived; now held:\n\n%s\n", requests_,
                samples_, body_bytes_,
                histograms.empty() ? "(no histograms)\n" : histograms.c_str());
    std::fflush(stdout);
    requests_ = samples_ = body_bytes_ = 0;
  }

  Clock& clock_;
  Receiver& receiver_;
  const Plan& plan_;
  Event stopped_;
  Tally tally_;
  std::size_t requests_ = 0;  // since they were last shown
  std::size_t samples_ = 0;
  std::size_t body_bytes_ = 0;
};

}  // namespace

int receive(const ReceiveCommand& command) {
  if (command.list_rules) {
    put(rules_text());
    return kExitOk;
  }
  const auto plan = plan_of(command);
  if (!plan) return fail(plan.error());
  auto options = receiver_options(command);
  if (!options) return fail(options.error());
  asio::io_context io(1);
  AsioClock clock;
  options->wall_now = [&clock] { return clock.wall_now(); };
  auto receiver = Receiver::listen(io.get_executor(), std::move(*options));
  if (!receiver) return fail(receiver.error());
  // What else is on stdout is JSON, maybe.
  std::fprintf(command.json ? stderr : stdout, "Receiving at %s; Ctrl-C ends.\n",
               receiver->url().c_str());
  std::fflush(stdout);
  ReceivingScreen screen(clock, *receiver, *plan, io.get_executor());
  run_until_done(io, screen.run(), [&] { screen.stop(); });
  return screen.exit_code();
}

}  // namespace bpfpush
