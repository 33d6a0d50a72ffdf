#include "sim/life.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

namespace bpfpush::sim {
namespace asio = boost::asio;

using std::chrono::milliseconds;

namespace {

void put_key(std::uint32_t key, MapRows& rows) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(&key);
  rows.keys.insert(rows.keys.end(), bytes, bytes + sizeof key);
}

CollectedMetric gauge(const char* name, std::size_t capacity,
                      std::unique_ptr<MetricSource> source) {
  CollectedMetric metric;
  metric.object = "simulated";
  metric.map = metric.family.name = name;
  metric.family.type = MetricType::kGauge;
  metric.key = {.key_size = 4, .fields = {{.name = "key", .size = 4}}};
  metric.capacity = capacity;
  metric.source = std::move(source);
  return metric;
}

}  // namespace

// Is read before all others, and so begins a collection.
class Life::Numbers final : public MetricSource {
 public:
  explicit Numbers(Life& life) : life_(life) {}
  Result<void> read(MapRows& rows) override {
    const Parts& parts = life_.parts_;
    rows = {.key_size = 4, .row_size = 1, .keys = {}, .values = {}};
    put_key(0, rows);
    rows.values.push_back(
        parts.truth.begin_collection({life_.number_, parts.sky.date(), parts.host.boot}));
    life_.collected_ += 1;
    return {};
  }
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t>) override { return 0; }

 private:
  Life& life_;
};

class Life::Ballast final : public MetricSource {
 public:
  Ballast(std::size_t size, Dice& dice) : size_(size), dice_(dice) {}
  Result<void> read(MapRows& rows) override {
    rows = {.key_size = 4, .row_size = 1, .keys = {}, .values = {}};
    for (std::size_t i = 0; i < size_; ++i) {
      put_key(static_cast<std::uint32_t>(i), rows);
      rows.values.push_back(dice_.below(std::uint64_t{1} << 62));
    }
    return {};
  }
  Result<std::uint64_t> read_overflow(std::span<std::uint64_t>) override { return 0; }

 private:
  std::size_t size_;
  Dice& dice_;
};

Result<std::unique_ptr<Life>> Life::begin(int number, const Parts& parts) {
  std::unique_ptr<Life> life(new Life(number, parts));
  std::size_t endpoint = 0;
  const auto transport_of = [&](const RemoteWriteConfig&) {
    Way& way = *parts.ways.at(endpoint++);
    return Result<std::unique_ptr<Transport>>(
        std::make_unique<SimTransport>(way, parts.dice, life->clock_, parts.sky));
  };
  parts.disk.wake(life->clock_);
  const AgentParts agent_parts{life->clock_, parts.dice, life->collector_,
                               parts.swarm.on_disk ? &parts.disk.storage() : nullptr};
  auto agent = Agent::create(life->config(), life->io_.get_executor(), agent_parts, transport_of);
  if (!agent) return agent.error();
  life->agent_ = std::move(*agent);
  auto ended = [raw = life.get()](const std::exception_ptr& error) {
    raw->ended_ = true;
    if (error) raw->failure_ = "the agent threw";
  };
  asio::co_spawn(life->io_, life->agent_->run(), std::move(ended));
  return life;
}

Life::Life(int number, const Parts& parts) : number_(number), parts_(parts) {
  clock_.set(BootTime(parts.sky.now() - parts.host.booted));
  set_clock();
  CollectedMetric metrics[] = {gauge(kCollectionName, 1, std::make_unique<Numbers>(*this))};
  for (CollectedMetric& metric : metrics) collector_.add(std::move(metric)).value();
  for (const auto& map : parts.maps) collector_.add(map->metric()).value();
  if (parts.swarm.ballast == 0) return;
  auto ballast = std::make_unique<Ballast>(parts.swarm.ballast, parts.dice);
  collector_.add(gauge("ballast", parts.swarm.ballast, std::move(ballast))).value();
}

// Whoever waits in the loop is destroyed with it, after the agent that he belongs to.
Life::~Life() {
  parts_.disk.sleep();
  agent_.reset();
}

Config Life::config() const {
  Config config;
  config.push_interval = std::chrono::duration_cast<milliseconds>(parts_.swarm.interval);
  config.external_labels = {{"instance", "simulated"}};
  config.spool.path = parts_.swarm.on_disk ? "simulated" : "";
  config.spool.max_bytes = parts_.swarm.bytes_max;
  config.spool.sync = parts_.swarm.sync;
  config.spool.coarsest_step = parts_.swarm.coarsest_step;
  for (std::size_t i = 0; i < parts_.swarm.receivers.size(); ++i) {
    const ReceiverTraits& traits = parts_.swarm.receivers[i];
    RemoteWriteConfig endpoint;
    endpoint.name = "endpoint-" + std::to_string(i);
    endpoint.protocol.protobuf_message = "prometheus.WriteRequest";
    endpoint.strict = traits.strict;
    endpoint.queue.max_samples_per_send = traits.samples_per_send;
    endpoint.queue.max_bytes_per_second = traits.bytes_per_second;
    config.remote_write.push_back(std::move(endpoint));
  }
  return config;
}

bool Life::step() {
  io_.restart();
  return io_.poll_one() > 0;
}

Sky::Time Life::next() const {
  const auto deadline = clock_.next_deadline();
  if (!deadline) return Sky::Time::max();
  return deadline->time_since_epoch() + parts_.host.booted;
}

void Life::advance(Sky::Time now) {
  clock_.set(BootTime(now - parts_.host.booted));
}

void Life::wake() {
  clock_.advance_to_next();
}

// The clock's own date begins when the host boots.
void Life::set_clock() {
  clock_.step = std::chrono::floor<milliseconds>(parts_.host.booted) + parts_.host.error;
  clock_.synchronized = parts_.host.synchronized;
  clock_.boot = parts_.host.boot;
}

}  // namespace bpfpush::sim
