// The agent is killed at random moments while it pushes to receivers that are killed too; then
// every count is what was done to the disk. BPFPUSH_KILLS says how often (README names the command
// for 200), BPFPUSH_SEED draws the same moments again, as far as the machine is as fast.
#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "e2e/pinned_stage.hpp"
#include "support/eventually.hpp"
#include "support/prometheus_server.hpp"
#include "support/requirement.hpp"
#include "support/victoria_metrics_server.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kKillsOfCi = 12;
constexpr std::chrono::milliseconds kLifeMax = 600ms;  // some pushes
constexpr std::size_t kSizes[] = {512, 1024, 4096, 20'480, 65'536};

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class KillE2e : public PinnedStage {
 protected:
  void SetUp() override {
    REQUIRE_OF_MACHINE(require_bpf());
    REQUIRE_OF_MACHINE(require_program("prometheus"));
    REQUIRE_OF_MACHINE(require_program("victoria-metrics"));
    set_up(std::make_unique<PrometheusServer>());
    victoria_.start().value();
  }

  std::size_t below(std::size_t end) { return random_() % end; }

  // Some requests of a random size.
  void do_some() {
    const std::size_t bytes = kSizes[below(std::size(kSizes))];
    const bool write = below(3) != 0;
    const DirectIo io{.count = 1 + below(20), .bytes = bytes};
    (write ? disk().write(io) : disk().read(io)).value();
    done_of_[write ? "write" : "read"][bytes] += io.count;
  }
  // Requests for about so long.
  void keep_busy(std::chrono::milliseconds duration) {
    eventually(duration, [this] {
      do_some();
      return false;
    });
  }

  // How often the agents' log, which is one, says that.
  std::size_t said(const std::string& what) {
    const std::string log = agent().errors();
    std::size_t times = 0;
    for (std::size_t at = log.find(what); at != log.npos; at = log.find(what, at + 1)) times += 1;
    return times;
  }

  // A random part of an agent's life: of some its start, of most its pushes.
  void let_live() {
    if (below(4) != 0) {
      const bool has_started = eventually(kDelivery, [this] {
        do_some();
        return said("msg=started") > started_;
      });
      EXPECT_TRUE(has_started) << agent().errors();
    }
    keep_busy(std::chrono::milliseconds(below(kLifeMax.count())));
  }

  // Kills a receiver, or starts those that are dead.
  void disturb_receivers() {
    if (is_dead_[0] || is_dead_[1]) {
      revive_receivers();
    } else if (below(4) == 0) {
      const std::size_t which = below(2);
      receiver(which).kill_now();
      is_dead_[which] = true;
      receivers_killed_ += 1;
    }
  }
  void revive_receivers() {
    for (const std::size_t which : {0, 1}) {
      if (std::exchange(is_dead_[which], false)) receiver(which).start().value();
    }
  }
  MetricsServer& receiver(std::size_t which) {
    return which == 0 ? server() : static_cast<MetricsServer&>(victoria_);
  }

  // The value of `promql` at a receiver, as soon as it is `expected`; else what it is.
  void expect_at(MetricsServer& at, const std::string& promql, std::uint64_t expected) {
    const auto value = [&] {
      const auto answer = at.query(promql);
      return answer && answer->size() == 1 ? answer->front().value() : -1;
    };
    eventually(kDelivery, [&] { return value() == static_cast<double>(expected); });
    EXPECT_EQ(value(), static_cast<double>(expected)) << promql << " at " << at.url();
  }

  void expect_all_counts(MetricsServer& at, const std::string& operation);

  using CountsBySize = std::map<std::size_t, std::uint64_t>;
  std::map<std::string, CountsBySize> done_of_;  // by operation
  VictoriaMetricsServer victoria_;
  bool is_dead_[2] = {false, false};
  unsigned receivers_killed_ = 0;
  std::size_t started_ = 0;  // agents before the one that runs
  unsigned seed_ = from_environment("BPFPUSH_SEED", std::random_device()());
  std::mt19937_64 random_{seed_};
};

void KillE2e::expect_all_counts(MetricsServer& at, const std::string& operation) {
  const auto of = [&](const std::string& metric, const std::string& le) {
    std::string one = selector("ebpf_bio_req_" + metric, operation);
    if (!le.empty()) one.insert(one.size() - 1, ",le=\"" + le + "\"");
    return one;
  };
  std::map<std::size_t, std::uint64_t> up_to;  // 2^n KiB
  std::uint64_t count = 0, bytes = 0;
  for (const auto& [size, requests] : done_of_[operation]) {
    count += requests;
    bytes += size * requests;
    up_to[std::bit_ceil((size + 1023) / 1024)] = count;
  }
  expect_at(at, of("size_count", ""), count);
  expect_at(at, of("latency_count", ""), count);
  expect_at(at, of("latency_bucket", "+Inf"), count);
  expect_at(at, of("size_sum", "") + " * 1024", bytes);
  for (const auto& [kibibytes, requests] : up_to) {
    expect_at(at, of("size_bucket", std::to_string(kibibytes)), requests);
  }
  const auto points = at.query(of("size_count", "") + "[2h]").value();
  ASSERT_EQ(points.size(), 1u);
  double last = 0, increases = 0;
  for (const PromPoint& point : points.front().points) {
    EXPECT_GE(point.value, last) << "a counter went down at " << at.url();
    increases += point.value - last;
    last = point.value;
  }
  EXPECT_EQ(increases, static_cast<double>(count)) << at.url();
}

TEST_F(KillE2e, EveryCountIsRightInTheEnd) {
  const unsigned kills = from_environment("BPFPUSH_KILLS", kKillsOfCi);
  std::printf("%u kills, seed %u\n", kills, seed_);
  ASSERT_NO_FATAL_FAILURE(start_pinned_agent({server().write_url(), victoria_.write_url()}));
  for (unsigned kill = 0; kill < kills; ++kill) {
    let_live();
    kill_agent();
    keep_busy(std::chrono::milliseconds(below(50)));
    disturb_receivers();
    start_again();
    started_ = said("msg=started");
  }
  revive_receivers();
  keep_busy(100ms);
  const DiskStat kernel = done();
  std::uint64_t requests = 0;
  for (const char* operation : {"read", "write"}) {
    for (MetricsServer* at : {&server(), static_cast<MetricsServer*>(&victoria_)}) {
      ASSERT_NO_FATAL_FAILURE(expect_all_counts(*at, operation));
    }
    for (const auto& [size, count] : done_of_[operation]) requests += count;
  }
  EXPECT_EQ(requests, kernel.reads + kernel.writes) << "what the kernel counts itself";
  std::printf("%llu requests; state adopted %zu times; receivers killed %u times\n",
              static_cast<unsigned long long>(requests), said("kernel state adopted"),
              receivers_killed_);
  EXPECT_EQ(said("kernel state pinned:"), 0u) << "it began anew";
}

}  // namespace
}  // namespace bpfpush
