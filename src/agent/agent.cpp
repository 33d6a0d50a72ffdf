#include "agent/agent.hpp"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <string>
#include <utility>

#include "agent/endpoint_protocol.hpp"
#include "agent/endpoint_rules.hpp"
#include "agent/event_drain.hpp"
#include "agent/schedule.hpp"
#include "base/log.hpp"
#include "base/utf8.hpp"
#include "spool/disk_spool.hpp"
#include "spool/memory_spool.hpp"

namespace bpfpush {
namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator&&;
using asio::experimental::awaitable_operators::operator||;

namespace {

std::vector<Label> to_labels(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<Label> labels;
  for (const auto& [name, value] : pairs) labels.push_back({name, value});
  return labels;
}

bool is_https(const std::string& url) {
  return url.size() > 5 && (url[4] == 's' || url[4] == 'S');  // else http: there is nothing else
}

// What tells this host from the others of a fleet: what its series carry.
std::string identity(const Config& config) {
  std::string text;
  for (const auto& [name, value] : config.external_labels) text += name + "=" + value + ",";
  return text;
}

// A snapshot of the same families, whose series are gone: so they all end.
std::shared_ptr<const Snapshot> without_series(const Snapshot& snapshot) {
  auto empty = std::make_shared<Snapshot>();
  empty->instant = snapshot.instant;
  for (const FamilySnapshot& family : snapshot.families) {
    empty->families.push_back({.family = family.family, .series = {}, .values = {}});
  }
  return empty;
}

Result<std::unique_ptr<Spool>> make_spool(const SpoolConfig& config,
                                          const asio::any_io_executor& executor,
                                          const AgentParts& parts) {
  if (parts.storage == nullptr) {
    return std::unique_ptr<Spool>(std::make_unique<MemorySpool>(executor, config.max_bytes));
  }
  DiskSpoolOptions options;
  options.bytes_max = config.max_bytes;
  options.sync_interval = config.sync;
  options.coarsest_step = config.coarsest_step;
  auto spool = DiskSpool::open(executor, *parts.storage, parts.clock, options);
  if (!spool) {
    return Error(Errc::kInvalidConfig, config.where + ": spool.path: " + spool.error().message());
  }
  return std::unique_ptr<Spool>(std::move(*spool));
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::create(const Config& config,
                                             const asio::any_io_executor& executor,
                                             const AgentParts& parts,
                                             const TransportFactory& transport_of) {
  auto spool = make_spool(config.spool, executor, parts);
  if (!spool) return spool.error();
  std::unique_ptr<Agent> agent(new Agent(config, executor, parts, std::move(*spool)));
  for (const RemoteWriteConfig& endpoint : config.remote_write) {
    const Result<void> possible = check_forms(endpoint, parts.collector);
    if (!possible) return possible.error();
    auto transport = transport_of(endpoint);
    if (!transport) {
      return Error(transport.error().code, endpoint.where + ": remote_write " + endpoint.name +
                                               ": " + transport.error().message());
    }
    auto rules = to_series_rules(endpoint);
    if (!rules) {
      return Error(rules.error().code, endpoint.where + ": remote_write " + endpoint.name + ": " +
                                           rules.error().message());
    }
    agent->add_endpoint(endpoint, std::move(*transport), std::move(*rules), parts.random);
  }
  return agent;
}

Agent::Agent(const Config& config, const asio::any_io_executor& executor, const AgentParts& parts,
             std::unique_ptr<Spool> spool)
    : clock_(parts.clock),
      collector_(parts.collector),
      external_labels_(to_labels(config.external_labels)),
      interval_(config.push_interval),
      phase_(push_phase(identity(config), config.push_interval)),
      flush_timeout_(config.flush_timeout),
      stale_markers_at_exit_(config.stale_markers_at_exit),
      storage_(parts.storage),
      spool_(std::move(spool)),
      stop_requested_(executor),
      abandoned_(executor),
      draining_(executor) {
  counters_.started = clock_.wall_now();
  counters_.started_since_boot = clock_.now();
}

void Agent::add_endpoint(const RemoteWriteConfig& config, std::unique_ptr<Transport> transport,
                         SeriesRules rules, Random& random) {
  EncoderOptions encoding{.writing = {{external_labels_}, form_options(config.protocol)},
                          .compression = compression_of(config.protocol),
                          .samples_max = config.queue.max_samples_per_send};
  encoding.rules = std::move(rules);
  endpoints_.push_back(std::make_unique<Endpoint>(std::move(transport), std::move(encoding)));
  Endpoint& endpoint = *endpoints_.back();
  SenderOptions options{
      .endpoint = to_valid_utf8(config.name),
      .headers = config.headers,
      .backoff = {config.queue.min_backoff, config.queue.max_backoff},
      .version = version_of(config.protocol),
      .compression = compression_of(config.protocol),
      .url = config.url,
      .strict = config.strict,
      .bytes_per_second_max = config.queue.max_bytes_per_second,
      .bytes_per_day_max = config.queue.max_bytes_per_day,
      .is_tls = is_https(config.url),
      .push_interval = interval_,
  };
  const SenderParts parts{*spool_,   endpoint.encoder, *endpoint.transport, clock_, random,
                          draining_, storage_};
  endpoint.sender = std::make_unique<Sender>(std::move(options), parts);
}

asio::awaitable<void> Agent::run() {
  EventDrain events(collector_, clock_);
  co_await ((collect() && deliver(0)) || give_up() || events.run());
  report_undelivered();
}

asio::awaitable<void> Agent::drain(std::vector<std::string> names) {
  for (const auto& endpoint : endpoints_) {
    const std::string& name = endpoint->sender->endpoint();
    endpoint->delivers =
        names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  }
  spool_->close();
  draining_.set();
  co_await (deliver(0) || stop_requested_.wait());
}

void Agent::stop() {
  const BootTime now = clock_.now();
  if (!stop_requested_.is_set()) {
    stop_requested_at_ = now;
    stop_requested_.set();
  } else if (now - stop_requested_at_ > kSameStop) {
    abandoned_.set();
  }
}

asio::awaitable<void> Agent::collect() {
  for (;;) {
    // A stop that comes while a snapshot is taken asks for one more: the last read is after it.
    const bool last = stop_requested_.is_set();
    auto snapshot = take_snapshot();
    std::shared_ptr<const Snapshot> ends;
    if (last && stale_markers_at_exit_) ends = without_series(*snapshot);
    co_await spool_->append(std::move(snapshot));
    if (ends) co_await spool_->append(std::move(ends));
    if (last) break;
    const BootTime due = next_push(clock_.now(), interval_, phase_);
    co_await (clock_.sleep_until(due) || stop_requested_.wait());
  }
  spool_->close();
  draining_.set();
}

asio::awaitable<void> Agent::deliver(std::size_t first_endpoint) {
  while (first_endpoint < endpoints_.size() && !endpoints_[first_endpoint]->delivers) {
    ++first_endpoint;
  }
  if (first_endpoint == endpoints_.size()) co_return;
  co_await (endpoints_[first_endpoint]->sender->run() && deliver(first_endpoint + 1));
}

asio::awaitable<void> Agent::give_up() {
  co_await stop_requested_.wait();
  const BootTime deadline = clock_.now() + flush_timeout_;
  co_await (clock_.sleep_until(deadline) || abandoned_.wait());
}

std::shared_ptr<const Snapshot> Agent::take_snapshot() {
  const BootTime begin = clock_.now();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->instant = {begin.time_since_epoch(), clock_.wall_now(), clock_.boot_id(),
                       clock_.is_synchronized()};
  collector_.collect(snapshot->families);
  counters_.snapshots += 1;
  counters_.collect_time += clock_.now() - begin;

  counters_.disk = spool_->disk();
  self_metrics_.collect(counters_, collector_, endpoints(), snapshot->families);
  return snapshot;
}

std::vector<EndpointState> Agent::endpoints() const {
  std::vector<EndpointState> states;
  for (const auto& endpoint : endpoints_) {
    const Sender& sender = *endpoint->sender;
    states.push_back({sender.endpoint(), sender.counters(), sender.backlog(),
                      endpoint->encoder.rules_state(), sender.push_interval()});
  }
  return states;
}

void Agent::report_undelivered() const {
  for (const auto& endpoint : endpoints_) {
    const std::uint64_t pending = endpoint->sender->backlog().pending_snapshots;
    if (pending == 0) continue;
    log::warn(spool_->disk() ? "stopped with snapshots undelivered, which the spool keeps"
                             : "stopped with snapshots undelivered",
              {{"endpoint", endpoint->sender->endpoint()}, {"snapshots", std::to_string(pending)}});
  }
}

}  // namespace bpfpush
