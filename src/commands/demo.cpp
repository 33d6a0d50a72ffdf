#include <unistd.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "agent/agent.hpp"
#include "agent/programs.hpp"
#include "commands/commands.hpp"
#include "commands/demo_load.hpp"
#include "commands/host.hpp"
#include "commands/setup.hpp"
#include "env/asio_clock.hpp"
#include "env/event.hpp"
#include "env/posix_filesystem.hpp"
#include "env/system_random.hpp"
#include "receiver/histogram_view.hpp"
#include "receiver/receiver.hpp"

namespace bpfpush {
namespace {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator&&;
using asio::experimental::awaitable_operators::operator||;

// A directory that is on a disk on most hosts, which /tmp is not.
constexpr char kLoadDirectory[] = "/var/tmp";

Config demo_config(const std::string& url) {
  Config config;
  config.push_interval = std::chrono::seconds(1);
  const auto host = process_environment()("HOSTNAME");
  config.external_labels = {{"job", "bpfpush-demo"}, {"instance", host.value_or("localhost")}};
  config.programs = {{.name = "bio"}};
  RemoteWriteConfig endpoint;
  endpoint.url = url;
  endpoint.name = "demo";
  config.remote_write = {std::move(endpoint)};
  return config;
}

// The demonstration's end: after its duration, or when a signal asks for it.
class Demonstration {
 public:
  Demonstration(Clock& clock, Agent& agent, Receiver& receiver,
                const asio::any_io_executor& executor)
      : clock_(clock), agent_(agent), receiver_(receiver), stopped_(executor) {}

  asio::awaitable<void> run(std::chrono::milliseconds duration) {
    const BootTime end = clock_.now() + duration;
    co_await ((agent_.run() && stop_at(end)) || receiver_.run());
  }

  void stop() {
    stopped_.set();
    agent_.stop();
  }

 private:
  asio::awaitable<void> stop_at(BootTime end) {
    co_await (clock_.sleep_until(end) || stopped_.wait());
    agent_.stop();
  }

  Clock& clock_;
  Agent& agent_;
  Receiver& receiver_;
  Event stopped_;
};

void show_push(int push, const ReceivedRequest& request) {
  std::printf("  push %2d arrived: %4zu samples in %5zu bytes (%zu before compression)\n", push,
              request.samples, request.body_bytes, request.message_bytes);
  std::fflush(stdout);
}

int show_result(const Store& store, int pushes) {
  // The latencies last: they are what a terminal of 24 lines still shows.
  const std::string sizes = render_histograms(store, {.name_prefix = "ebpf_bio_req_size"});
  const std::string histograms =
      sizes + "\n" + render_histograms(store, {.name_prefix = "ebpf_bio_req_latency"});
  if (sizes.empty()) {
    std::fprintf(
        stderr, "bpfpush: %d pushes arrived, but no block device did any I/O: %s is on none here\n",
        pushes, kLoadDirectory);
    return kExitFailure;
  }
  std::printf("\nWhat the receiver holds after %d pushes:\n\n%s", pushes, histograms.c_str());
  return kExitOk;
}

}  // namespace

int demo(const DemoCommand& command) {
  const PosixFilesystem filesystem;
  const auto duration = parse_option("--duration", command.duration);
  if (!duration) return fail(duration.error());
  if (const auto missing = missing_for_bpf(filesystem)) return fail({Errc::kUnsupported, *missing});

  asio::io_context io(1);
  AsioClock clock;
  SystemRandom random;
  auto receiver = Receiver::listen(io.get_executor(), {});
  if (!receiver) return fail(receiver.error());
  const Config config = demo_config(receiver->url());
  Collector collector(config.metric_namespace, filesystem);
  const Result<void> opened = open_programs(config, filesystem, collector);
  if (!opened) return fail(opened.error());
  const Result<void> loaded = load_programs(filesystem, collector);
  if (!loaded) return fail(loaded.error());
  CurlLoop curl(io.get_executor());
  const auto agent = Agent::create(config, io.get_executor(), {clock, random, collector},
                                   curl_transports(curl, filesystem, clock));
  if (!agent) return fail(agent.error());
  auto load = DemoLoad::create(kLoadDirectory);
  if (!load) return fail(load.error());

  int pushes = 0;
  receiver->on_request([&pushes](const ReceivedRequest& request) {
    if (request.is_stored()) show_push(++pushes, request);
  });
  std::printf(
      "The program `bio` measures this host's block I/O in the kernel. Every second\n"
      "the agent pushes what it has counted to a receiver, here at\n"
      "%s.\n"
      "Some I/O in a temporary file in %s gives it something to see.\n\n",
      receiver->url().c_str(), kLoadDirectory);
  load->start();
  Demonstration demonstration(clock, **agent, *receiver, io.get_executor());
  run_until_done(io, demonstration.run(*duration), [&] { demonstration.stop(); });
  return show_result(receiver->store(), pushes);
}

}  // namespace bpfpush
