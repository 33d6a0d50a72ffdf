#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>

#include "commands/commands.hpp"
#include "commands/setup.hpp"
#include "env/asio_clock.hpp"
#include "env/event.hpp"
#include "receiver/histogram_view.hpp"
#include "receiver/receiver.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;

// Serves, and now and then shows what has arrived since it last did.
class ReceivingScreen {
 public:
  ReceivingScreen(Clock& clock, Receiver& receiver, std::chrono::milliseconds show_every,
                  const asio::any_io_executor& executor)
      : clock_(clock), receiver_(receiver), show_every_(show_every), stopped_(executor) {
    receiver_.on_request([this](const ReceivedRequest& request) { count(request); });
  }

  asio::awaitable<void> run() {
    co_await (receiver_.run() || show_repeatedly() || stopped_.wait());
    show();
  }

  void stop() { stopped_.set(); }

 private:
  void count(const ReceivedRequest& request) {
    requests_ += 1;
    samples_ += request.samples;
    body_bytes_ += request.body_bytes;
  }

  asio::awaitable<void> show_repeatedly() {
    for (;;) {
      const BootTime next = clock_.now() + show_every_;
      co_await clock_.sleep_until(next);
      show();
    }
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
  std::chrono::milliseconds show_every_;
  Event stopped_;
  std::size_t requests_ = 0;  // since they were last shown
  std::size_t samples_ = 0;
  std::size_t body_bytes_ = 0;
};

}  // namespace

int receive(const ReceiveCommand& command) {
  const auto show_every = parse_option("--show-every", command.show_every);
  if (!show_every) return fail(show_every.error());
  asio::io_context io(1);
  AsioClock clock;
  ReceiverOptions options;
  options.address = command.address;
  options.port = static_cast<std::uint16_t>(command.port);
  auto receiver = Receiver::listen(io.get_executor(), options);
  if (!receiver) return fail(receiver.error());
  std::printf("Receiving at %s; Ctrl-C ends.\n", receiver->url().c_str());
  std::fflush(stdout);
  ReceivingScreen screen(clock, *receiver, *show_every, io.get_executor());
  run_until_done(io, screen.run(), [&] { screen.stop(); });
  return kExitOk;
}

}  // namespace bpfpush
