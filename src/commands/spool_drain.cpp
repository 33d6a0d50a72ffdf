#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/agent.hpp"
#include "base/log.hpp"
#include "commands/commands.hpp"
#include "commands/progress.hpp"
#include "commands/setup.hpp"
#include "env/asio_clock.hpp"
#include "env/posix_filesystem.hpp"
#include "env/posix_storage.hpp"
#include "env/system_random.hpp"

namespace bpfpush {
namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;

namespace {

constexpr std::chrono::milliseconds kShowEvery{200};

// Nobody waits for a snapshot here, so a backlog goes out without the pauses that a fleet makes;
// max_bytes_per_second holds.
constexpr std::chrono::milliseconds kNoPause{1};

struct DrainOptions {
  std::vector<std::string> endpoints;  // names; empty: all
  std::optional<std::chrono::milliseconds> timeout;
};

// An agent that only delivers, watched. Agent and clock outlive it.
class Drain {
 public:
  Drain(Agent& agent, Clock& clock, DrainOptions options)
      : agent_(agent),
        clock_(clock),
        options_(std::move(options)),
        all_(pending()),
        progress_("snapshots", all_) {}

  asio::awaitable<void> run() { co_await (agent_.drain(options_.endpoints) || watch()); }

  // The states of the endpoints that are drained.
  std::vector<EndpointState> states() const {
    std::vector<EndpointState> states = agent_.endpoints();
    const auto& names = options_.endpoints;
    std::erase_if(states, [&](const EndpointState& state) {
      return !names.empty() && std::find(names.begin(), names.end(), state.name) == names.end();
    });
    return states;
  }

 private:
  // Shows how far it is, until the time is over.
  asio::awaitable<void> watch() {
    const BootTime begin = clock_.now();
    while (!options_.timeout || clock_.now() - begin < *options_.timeout) {
      co_await clock_.sleep_until(clock_.now() + kShowEvery);
      progress_.show(all_ - std::min(all_, pending()));
    }
  }

  std::uint64_t pending() const {
    std::uint64_t sum = 0;
    for (const EndpointState& state : states()) sum += state.backlog.pending_snapshots;
    return sum;
  }

  Agent& agent_;
  Clock& clock_;
  DrainOptions options_;
  std::uint64_t all_;
  Progress progress_;
};

// Whether everything went.
bool report(const EndpointState& state) {
  const SenderCounters& sent = state.counters;
  const SpoolState& backlog = state.backlog;
  const std::uint64_t refused = sent.snapshots_rejected + sent.snapshots_skipped;
  std::printf(
      "%s: %llu snapshots delivered, %llu refused by the receiver, %llu damaged, %llu left\n",
      state.name.c_str(), static_cast<unsigned long long>(sent.snapshots_delivered),
      static_cast<unsigned long long>(refused),
      static_cast<unsigned long long>(backlog.damaged_snapshots),
      static_cast<unsigned long long>(backlog.pending_snapshots));
  return refused + backlog.damaged_snapshots + backlog.pending_snapshots == 0;
}

Result<std::unique_ptr<PosixStorage>> open_to_drain(const std::string& directory) {
  const auto there = PosixStorage::open_to_read(directory);  // the other would make it
  if (!there) return there.error();
  auto storage = PosixStorage::open(directory);
  if (!storage && storage.error().code == make_error_code(Errc::kUnavailable)) {
    return Error(Errc::kUnavailable, directory +
                                         " is used by a bpfpush that runs, and delivers what waits "
                                         "there itself; stop it to drain");
  }
  return storage;
}

Result<void> check_endpoints(const Config& config, const DrainCommand& command) {
  std::string all;
  for (const RemoteWriteConfig& endpoint : config.remote_write) {
    all += (all.empty() ? "" : ", ") + endpoint.name;
  }
  if (all.empty()) {
    return Error(Errc::kInvalidConfig, command.config_file +
                                           ": remote_write: there is no endpoint to deliver to; "
                                           "add one with a `url`");
  }
  for (const std::string& name : command.endpoints) {
    const auto is_it = [&](const RemoteWriteConfig& endpoint) { return endpoint.name == name; };
    if (std::any_of(config.remote_write.begin(), config.remote_write.end(), is_it)) continue;
    return Error(Errc::kInvalidConfig,
                 "--endpoint: " + command.config_file + " has no \"" + name + "\"; it has " + all);
  }
  return {};
}

}  // namespace

int drain(const DrainCommand& command) {
  const PosixFilesystem filesystem;
  auto config = load_config(filesystem, command.config_file);
  if (!config) return fail(config.error());
  log::set_level(*log::parse_level(config->log.level));
  const Result<void> checked = check_endpoints(*config, command);
  if (!checked) return fail(checked.error());
  std::optional<std::chrono::milliseconds> timeout;
  if (!command.timeout.empty()) {
    const auto parsed = parse_option("--timeout", command.timeout);
    if (!parsed) return fail(parsed.error());
    timeout = *parsed;
  }
  asio::io_context io(1);
  const auto storage = open_to_drain(command.directory);
  if (!storage) return fail(storage.error());
  AsioClock clock;
  SystemRandom random;
  CurlLoop curl(io.get_executor());
  Collector collector(config->metric_namespace, filesystem);  // of nothing
  config->push_interval = kNoPause;
  const AgentParts parts{clock, random, collector, storage->get()};
  const auto agent =
      Agent::create(*config, io.get_executor(), parts, curl_transports(curl, filesystem, clock));
  if (!agent) return fail(agent.error());
  std::vector<EndpointState> states;
  {
    Drain work(**agent, clock, {command.endpoints, timeout});
    run_until_done(io, work.run(), [&] { (*agent)->stop(); });
    states = work.states();
  }
  bool all_went = true;
  for (const EndpointState& state : states) all_went = report(state) && all_went;
  return all_went ? kExitOk : kExitFailure;
}

}  // namespace bpfpush
