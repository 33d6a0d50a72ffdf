#include "sim/world.hpp"

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace bpfpush::sim {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

// What an agent may hold: snapshots that the disk does not take, what it sends, and itself.
constexpr std::size_t kMemoryMax = 8u << 20;

}  // namespace

void be_quiet() {
  log::set_level(log::Level::kError);  // which makes the logger
  spdlog::get("bpfpush")->set_level(spdlog::level::off);
}

World::World(std::uint64_t seed, Trace trace)
    : dice_(seed), swarm_(dice_), trace_(std::move(trace)), disk_(swarm_, dice_, sky_) {
  make_maps();
  for (std::size_t i = 0; i < swarm_.receivers.size(); ++i) {
    const std::string name = "endpoint-" + std::to_string(i);
    receivers_.push_back(std::make_unique<Receiver>(
        swarm_.receivers[i], truth_,
        [this, name](const std::string& what) { fail(name + ": " + what); }));
    ways_.push_back(std::make_unique<Way>(Way{*receivers_.back(), swarm_.latency()}));
    endpoints_.push_back(name);
  }
  accounts_.resize(endpoints_.size());
  drained_.resize(endpoints_.size());
}

void World::make_maps() {
  const std::size_t count = dice_.between(1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    SimMap::Options options;
    options.name = kMapPrefix + std::to_string(i);
    options.capacity = dice_.between(1, 8);
    options.keys = options.capacity;
    options.bounds = dice_.between(1, 6);
    options.outlives = dice_.chance(0.3);
    options.fails = swarm_.unreadable;
    if (!options.outlives) {
      options.churns = swarm_.churn;
      options.evicts = swarm_.churn && dice_.chance(0.5);
      if (dice_.chance(0.4)) options.keys += options.capacity / 2;
    }
    maps_.push_back(std::make_unique<SimMap>(options, dice_, truth_));
    maps_.back()->begin_boot();
  }
}

void World::fail(const std::string& what) {
  if (failure_.empty()) failure_ = what;
  say("FAILURE: " + what);
}

void World::say(const std::string& event) {
  if (trace_) trace_(sky_.now(), event);
}

std::optional<std::string> World::run() {
  plan();
  start();
  run_until(swarm_.interval * swarm_.pushes);
  heal();
  std::uint64_t pending = 0;
  for (const Account& account : accounts_) pending = std::max(pending, account.pending_at_end());
  if (life_) {
    for (const EndpointState& state : life_->endpoints()) {
      pending = std::max(pending, state.backlog.pending_snapshots);
    }
  }
  // README says so: a backlog shrinks by kBurst - 1 snapshots in an interval, and so does what was
  // waited for when the faults stopped.
  const nanoseconds patience = minutes(15) + swarm_.interval * (4 + pending / 2);
  const auto drained = [this] { return std::count(drained_.begin(), drained_.end(), false) == 0; };
  run_until(sky_.now() + patience, drained);
  if (failure_.empty() && !drained()) fail("the spool did not drain: " + backlogs());
  stop();
  run_until(sky_.now() + minutes(1), [this] { return !life_; });
  if (failure_.empty() && life_) fail("the agent did not stop");
  if (failure_.empty()) reckon();
  if (failure_.empty()) return std::nullopt;
  return failure_;
}

std::string World::backlogs() const {
  std::string text;
  if (!life_) return "the agent is down";
  for (const EndpointState& state : life_->endpoints()) {
    text += state.name + " has " + std::to_string(state.backlog.pending_snapshots) +
            " snapshots, and sent " + std::to_string(state.counters.snapshots_delivered) +
            ", last answered " + std::to_string(state.counters.last_status) + "; ";
  }
  return text;
}

void World::run_until(Sky::Time end, const std::function<bool()>& done) {
  while (failure_.empty()) {
    step_life();
    if (done && done()) return;
    const Sky::Time life_next = life_ ? life_->next() : Sky::Time::max();
    const Sky::Time sky_next = sky_.next();
    const Sky::Time next = std::min({end, life_next, sky_next});
    sky_.advance(next);
    if (life_) life_->advance(next);
    if (life_next == next) {
      life_->wake();
    } else if (sky_next == next) {
      sky_.pop();
    } else {
      return;
    }
  }
}

void World::step_life() {
  while (life_ && failure_.empty() && life_->step()) {
    if (disk_.killed()) {
      kill();
    } else {
      check();
    }
  }
  if (!life_ || !life_->ended()) return;
  if (!life_->failure().empty()) fail(life_->failure());
  say("the agent has ended");
  end_life();
  stopping_ = false;
  if (after_life_) std::exchange(after_life_, nullptr)();
}

void World::check() {
  const auto states = life_->endpoints();
  for (std::size_t i = 0; i < states.size(); ++i) {
    accounts_[i].check(states[i], life_->collected(),
                       [this](const std::string& what) { fail(what); });
    if (healed_ && states[i].backlog.pending_snapshots == 0) drained_[i] = true;
  }
  if (disk_.bytes_seen_max() > swarm_.bytes_max) {
    fail("the spool took " + std::to_string(disk_.bytes_seen_max()) + " bytes of " +
         std::to_string(swarm_.bytes_max));
  }
}

void World::start() {
  if (life_) return;
  for (const auto& map : maps_) {
    map->act();
    map->begin_life();
  }
  const Stored stored = disk_.stored(endpoints_);
  auto life = Life::begin(++lives_, {swarm_, dice_, sky_, truth_, disk_, maps_, ways_, host_});
  if (!life) {
    say("the agent does not start: " + life.error().message());
    if (disk_.killed()) say("killed");
    start_later();
    return;
  }
  life_ = std::move(*life);
  for (const auto& receiver : receivers_) receiver->begin_life();
  life_began_ = sky_.now();
  say("life " + std::to_string(lives_) + " begins");
  account_for_start(stored);
}

// What is pending is what is on the disk, and that is what was pending, but for what a crash may
// lose.
void World::account_for_start(const Stored& stored) {
  const auto states = life_->endpoints();
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::uint64_t pending = states[i].backlog.pending_snapshots;
    const std::uint64_t on_disk = stored.pending(endpoints_[i]);
    const std::uint64_t before = accounts_[i].pending_at_end();
    const bool failed = disk_.last_error() == sky_.now();
    if (pending != on_disk && !failed && !swarm_.tears && swarm_.on_disk) {
      fail(endpoints_[i] + ": " + std::to_string(pending) + " are pending at the start, and " +
           std::to_string(on_disk) + " on the disk");
    }
    if (exact_end_ && !failed && (pending + 1 < before || pending > before + 1)) {
      fail(endpoints_[i] + ": " + std::to_string(before) + " were pending at the end, and " +
           std::to_string(pending) + " at the next start");
    }
    const auto& came = receivers_[i]->collections();
    std::uint64_t newest = came.empty() ? 0 : *came.rbegin();
    for (const auto& [id, number] : stored.snapshots) newest = std::max(newest, number);
    accounts_[i].lost(truth_.collections() - newest);
    accounts_[i].begin_life(states[i]);
  }
  exact_end_ = true;
}

void World::end_life() {
  life_ended_ = sky_.now();
  const auto states = life_->endpoints();
  for (std::size_t i = 0; i < states.size(); ++i) accounts_[i].end_life(states[i]);
  if (disk_.last_error().value_or(Sky::Time(-1)) >= life_began_) exact_end_ = false;
  if (!swarm_.on_disk || swarm_.disk_fills) exact_end_ = false;
  const std::size_t before = mallinfo2().uordblks;
  life_.reset();
  const std::size_t held = before - std::min<std::size_t>(before, mallinfo2().uordblks);
  if (held > kMemoryMax) fail("the agent held " + std::to_string(held) + " bytes of memory");
}

void World::kill() {
  if (!life_) return;
  say("the agent is killed");
  end_life();
  stopping_ = false;
  after_life_ = nullptr;
  start_later();
}

void World::start_later() {
  const bool long_time = !healed_ && dice_.chance(0.1);
  sky_.after(dice_.about(long_time ? 20 * swarm_.interval : seconds(5)), [this] { start(); });
}

void World::stop() {
  if (!life_ || stopping_) return;
  say("the agent is told to stop");
  stopping_ = true;
  life_->stop();
}

// The host comes up again: what the kernel counted is gone.
void World::boot() {
  host_.booted = sky_.now();
  host_.boot[0] = static_cast<std::uint8_t>(host_.boot[0] + 1);
  for (const auto& map : maps_) map->begin_boot();
  if (swarm_.no_battery && !healed_) {
    host_.error = -std::chrono::duration_cast<milliseconds>(sky_.date().time_since_epoch());
    host_.synchronized = false;
    sky_.after(dice_.about(minutes(5)), [this] { set_clock_right(); });
  }
  say("the host has booted");
}

void World::cut_power() {
  if (life_) {
    end_life();
    start_later();
  }
  after_life_ = nullptr;
  stopping_ = false;
  say("the power is cut");
  const std::set<std::uint64_t> before = disk_.stored(endpoints_).collections();
  disk_.storage().crash([this] { return dice_.uniform(); }, swarm_.tears);
  const std::set<std::uint64_t> after = disk_.stored(endpoints_).collections();
  exact_end_ = false;
  // What was written is synced soon, unless that fails, or nobody is there to do it.
  nanoseconds late = swarm_.interval + swarm_.sync.value_or(hours(1'000'000)) + seconds(10);
  if (swarm_.slow_disk) late += minutes(1);
  WallTime durable = Sky::kBegin + std::chrono::floor<milliseconds>(life_ended_ - late);
  const bool failed = disk_.last_error() && life_ended_ - *disk_.last_error() < 2 * late;
  if (failed || life_ended_ - life_began_ < late) durable = WallTime();
  for (const std::uint64_t number : before) {
    if (after.contains(number) || truth_.collection(number).date > durable) continue;
    fail("collection " + std::to_string(number) + " was written long ago, and lost");
  }
  boot();
}

}  // namespace bpfpush::sim
