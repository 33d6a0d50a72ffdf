#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/collector.hpp"
#include "agent/self_metrics.hpp"
#include "config/config.hpp"
#include "env/clock.hpp"
#include "env/event.hpp"
#include "env/random.hpp"
#include "env/storage.hpp"
#include "remote_write/encoder.hpp"
#include "sender/sender.hpp"
#include "sender/transport.hpp"
#include "spool/spool.hpp"

namespace bpfpush {

using TransportFactory =
    std::function<Result<std::unique_ptr<Transport>>(const RemoteWriteConfig& endpoint)>;

// What an agent works with. All of it outlives the agent.
struct AgentParts {
  Clock& clock;
  Random& random;
  Collector& collector;        // loaded
  Storage* storage = nullptr;  // of the spool; none: it is in memory
};

// The pusher: takes a snapshot every interval and delivers it to every endpoint, on the caller's
// executor. It reads what its Collector reads, plus its own metrics.
class Agent {
 public:
  static constexpr std::chrono::milliseconds kSameStop{50};

  // `transport_of` is called once for each endpoint. The error is for an endpoint or a spool that
  // cannot be what the configuration asks for, and names it.
  static Result<std::unique_ptr<Agent>> create(const Config& config,
                                               const boost::asio::any_io_executor& executor,
                                               const AgentParts& parts,
                                               const TransportFactory& transport_of);

  // Pushes until stop(), then takes a last snapshot and returns when everything is delivered or the
  // flush timeout is over. The first snapshot is taken at once.
  boost::asio::awaitable<void> run();

  // Delivers what the spool holds to the endpoints of these names, or to all if there are none, and
  // takes no snapshot. Returns when it is through, or at stop(). Instead of run().
  boost::asio::awaitable<void> drain(std::vector<std::string> names);

  std::vector<EndpointState> endpoints() const;

  // Asks run() to end. A second call gives up what is not delivered yet, unless it comes within
  // kSameStop: some who send a signal send it twice.
  void stop();

 private:
  struct Endpoint {
    Endpoint(std::unique_ptr<Transport> way, EncoderOptions encoding)
        : transport(std::move(way)), encoder(std::move(encoding)) {}

    std::unique_ptr<Transport> transport;
    Encoder encoder;
    std::unique_ptr<Sender> sender;  // refers to the two above
    bool delivers = true;
  };

  Agent(const Config& config, const boost::asio::any_io_executor& executor, const AgentParts& parts,
        std::unique_ptr<Spool> spool);
  void add_endpoint(const RemoteWriteConfig& config, std::unique_ptr<Transport> transport,
                    SeriesRules rules, Random& random);

  std::shared_ptr<const Snapshot> take_snapshot();
  boost::asio::awaitable<void> collect();
  boost::asio::awaitable<void> deliver(std::size_t first_endpoint);
  boost::asio::awaitable<void> give_up();
  void report_undelivered() const;

  Clock& clock_;
  Collector& collector_;
  std::vector<Label> external_labels_;
  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds phase_;
  std::chrono::nanoseconds flush_timeout_;
  bool stale_markers_at_exit_;
  Storage* storage_;
  std::unique_ptr<Spool> spool_;
  Event stop_requested_;
  BootTime stop_requested_at_{};
  Event abandoned_;
  Event draining_;  // the last snapshot is in the spool
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  SelfMetrics self_metrics_;
  AgentCounters counters_;
};

}  // namespace bpfpush
