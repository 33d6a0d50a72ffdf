// What a user of the library writes: a histogram of a BPF map of its own, pushed on its own loop.
// Here the receiver is on the same loop, and what arrives is checked.
#include <bpf/bpf.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <bpfpush/agent/agent.hpp>
#include <bpfpush/agent/curl_transports.hpp>
#include <bpfpush/env/asio_clock.hpp>
#include <bpfpush/env/posix_filesystem.hpp>
#include <bpfpush/env/system_random.hpp>
#include <bpfpush/receiver/receiver.hpp>
#include <cstdint>
#include <cstdio>

namespace asio = boost::asio;

struct Queue {
  std::uint32_t number;
  std::uint32_t is_urgent;
};

template <>
struct bpfpush::KeyLabels<Queue> {
  static std::vector<std::string> names() { return {"queue", "urgency"}; }
  static std::vector<std::string> values(const Queue& queue) {
    return {std::to_string(queue.number), queue.is_urgent != 0 ? "urgent" : "calm"};
  }
};

namespace {

// Three waits of 5 ms together, two of which took at most 1 ms.
int make_map() {
  const int map = bpf_map_create(BPF_MAP_TYPE_HASH, "waits", sizeof(Queue), 4 * 8, 16, nullptr);
  const Queue queue = {7, 1};
  const std::uint64_t waits[] = {5'000'000, 2, 1, 0};
  return map >= 0 && bpf_map_update_elem(map, &queue, waits, BPF_ANY) == 0 ? map : -1;
}

bpfpush::ForeignMapOptions waits() {
  bpfpush::ForeignMapOptions options;
  options.name = "wait_seconds";
  options.help = "How long jobs waited.";
  options.unit = "seconds";
  options.measured_unit = "nanoseconds";
  options.buckets = bpfpush::ExplicitBuckets{{0.001, 0.01}};
  return options;
}

int push_and_check(int map) {
  asio::io_context io(1);
  const bpfpush::PosixFilesystem filesystem;
  bpfpush::AsioClock clock;
  bpfpush::SystemRandom random;
  bpfpush::CurlLoop loop(io.get_executor());
  auto receiver = bpfpush::Receiver::listen(io.get_executor(), {}).value();

  bpfpush::Collector collector("consumer", filesystem);
  collector
      .add(bpfpush::ForeignMap::of_descriptor(map, waits()).value(), bpfpush::key_text<Queue>())
      .value();
  bpfpush::Config config;
  config.remote_write.emplace_back().url = receiver.url();
  const auto agent = bpfpush::Agent::create(config, io.get_executor(), {clock, random, collector},
                                            bpfpush::curl_transports(loop, filesystem, clock))
                         .value();
  asio::co_spawn(io, receiver.run(), asio::detached);
  asio::co_spawn(io, agent->run(), [&io](std::exception_ptr) { io.stop(); });
  agent->stop();  // one snapshot, delivered, and the end
  io.run();

  const auto* count = receiver.store().find(
      {{"__name__", "wait_seconds_count"}, {"queue", "7"}, {"urgency", "urgent"}});
  const auto* within = receiver.store().find({{"__name__", "wait_seconds_bucket"},
                                              {"le", "0.001"},
                                              {"queue", "7"},
                                              {"urgency", "urgent"}});
  if (count == nullptr || within == nullptr) return 1;
  std::printf("pushed %g waits, %g of at most 1 ms\n", count->value, within->value);
  return count->value == 3 && within->value == 2 ? 0 : 1;
}

}  // namespace

int main() {
  const int map = make_map();
  if (map < 0) {
    std::puts("skipped: making a BPF map needs root, or CAP_BPF");
    return 0;
  }
  return push_and_check(map);
}
