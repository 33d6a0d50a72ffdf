// Ten thousand hosts lose their receiver at the same time, and find it again. The policies are the
// real ones: the schedule, the backoff, the way a backlog goes out; the rest is a model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "agent/schedule.hpp"
#include "sender/backoff.hpp"
#include "sender/catch_up.hpp"

namespace bpfpush {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr int kHosts = 10'000;
constexpr nanoseconds kInterval = 15s;
constexpr nanoseconds kLatency = 20ms;
constexpr double kNormalLoad = kHosts / 15.0;  // requests a second

// What README promises.
constexpr double kLoadMax = 6;

class SeededRandom final : public Random {
 public:
  double uniform() override { return distribution_(engine_); }

 private:
  std::mt19937 engine_{1};
  std::uniform_real_distribution<double> distribution_{0, 1};
};

struct Outage {
  const char* name;
  nanoseconds length;
  std::optional<std::chrono::seconds> retry_after;
};

class Fleet {
 public:
  explicit Fleet(const Outage& outage) : outage_(outage) {
    for (int i = 0; i < kHosts; ++i) {
      hosts_.emplace_back(random_);
      hosts_.back().phase = push_phase("instance=host-" + std::to_string(i) + ",", kInterval);
      plan(next_push(kBegin, kInterval, hosts_.back().phase), i, Event::kPush);
    }
  }

  void run_until(BootTime end) {
    while (!events_.empty() && std::get<0>(events_.top()) < end) {
      const auto [now, i, event] = events_.top();
      events_.pop();
      event == Event::kPush ? push(now, i) : answer(now, i);
    }
  }

  std::uint64_t pending() const {
    std::uint64_t sum = 0;
    for (const Host& host : hosts_) sum += host.pending;
    return sum;
  }

  // The most requests in any second, of those that begin in this span.
  int peak(BootTime begin, BootTime end) const {
    const auto first = load_.begin() + second_of(begin);
    return *std::max_element(first, std::min(load_.begin() + second_of(end), load_.end()));
  }

  static constexpr BootTime kBegin{1h};
  static constexpr BootTime kDown{1h + 2min};
  BootTime up() const { return kDown + outage_.length; }

 private:
  enum class Event { kPush, kAnswer };
  struct Host {
    explicit Host(Random& random) : backoff({}, random), catch_up(kInterval, random) {}

    nanoseconds phase{};
    std::uint64_t pending = 0;
    bool busy = false;  // it waits, for an answer or to send again
    Backoff backoff;
    CatchUp catch_up;
  };

  static std::ptrdiff_t second_of(BootTime time) { return (time - kBegin) / 1s; }

  void plan(BootTime time, int host, Event event) { events_.emplace(time, host, event); }

  void send(BootTime time, int i) {
    hosts_[i].busy = true;
    const auto second = static_cast<std::size_t>(second_of(time));
    if (second >= load_.size()) load_.resize(second + 1);
    load_[second] += 1;
    plan(time + kLatency, i, Event::kAnswer);
  }

  void push(BootTime now, int i) {
    hosts_[i].pending += 1;
    if (!hosts_[i].busy) send(now, i);
    plan(next_push(now, kInterval, hosts_[i].phase), i, Event::kPush);
  }

  void answer(BootTime now, int i) {
    Host& host = hosts_[i];
    host.busy = false;
    nanoseconds wait{};
    if (now >= kDown && now < up()) {
      host.catch_up.interrupted();
      wait = host.backoff.next_delay(outage_.retry_after);
    } else {
      host.backoff.reset();
      host.pending -= 1;
      wait = host.catch_up.pause(host.pending);
    }
    if (host.pending > 0) send(now + wait, i);
  }

  Outage outage_;
  SeededRandom random_;
  std::vector<Host> hosts_;
  std::vector<int> load_;  // requests begun, by second
  using Planned = std::tuple<BootTime, int, Event>;
  std::priority_queue<Planned, std::vector<Planned>, std::greater<>> events_;
};

TEST(Fleet, DoesNotStormItsReceiverAfterACommonOutage) {
  const Outage outages[] = {
      {"30 s", 30s, std::nullopt},
      {"10 min", 10min, std::nullopt},
      {"5 min, Retry-After: 60", 5min, 60s},
  };
  for (const Outage& outage : outages) {
    SCOPED_TRACE(outage.name);
    Fleet fleet(outage);
    // A backlog shrinks by kBurst - 1 snapshots in an interval; half as long again, for chance.
    const BootTime end = fleet.up() + 2min + outage.length * 3 / 2 / (CatchUp::kBurst - 1);
    fleet.run_until(end);
    const double normal = fleet.peak(Fleet::kBegin + 30s, Fleet::kDown) / kNormalLoad;
    const double down = fleet.peak(Fleet::kDown, fleet.up()) / kNormalLoad;
    const double after = fleet.peak(fleet.up(), end) / kNormalLoad;
    std::printf("%s: peak load %.2f before, %.2f during, %.2f after the outage\n", outage.name,
                normal, down, after);
    EXPECT_LT(normal, 1.5);
    EXPECT_LT(down, kLoadMax) << "the first tries follow each other soon";
    EXPECT_LT(after, kLoadMax);
    EXPECT_LT(fleet.pending(), kHosts / 10u) << "they have caught up";
  }
}

}  // namespace
}  // namespace bpfpush
