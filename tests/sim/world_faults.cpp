// What goes wrong in a World, and how it ends.
#include <algorithm>
#include <utility>

#include "sim/world.hpp"

namespace bpfpush::sim {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

void World::repeat(nanoseconds mean, const std::function<void()>& event) {
  sky_.after(dice_.about(mean), [this, mean, event] {
    if (healed_) return;
    event();
    repeat(mean, event);
  });
}

void World::plan() {
  const nanoseconds seldom = swarm_.interval * 40;
  if (swarm_.kills) {
    repeat(seldom, [this] { dice_.chance(0.5) ? kill() : disk_.kill_soon(); });
  }
  if (swarm_.restarts) {
    repeat(seldom, [this] {
      if (!life_ || stopping_) return;
      stop();
      after_life_ = [this] { start_later(); };
    });
  }
  if (swarm_.reboots) {
    repeat(seldom, [this] {
      if (!life_ || stopping_) return;
      stop();
      after_life_ = [this] {
        disk_.storage().sync_all();
        boot();
        start_later();
      };
    });
  }
  if (swarm_.power_cuts) repeat(seldom, [this] { cut_power(); });
  if (swarm_.clock_steps) repeat(seldom, [this] { step_clock(); });
  if (swarm_.disk_errors) {
    repeat(seldom, [this] {
      disk_.set_errors(dice_.chance(0.5) ? 1 : 0.1);
      sky_.after(dice_.about(swarm_.interval * 8), [this] { disk_.set_errors(0); });
    });
  }
  if (swarm_.disk_fills) {
    repeat(seldom, [this] {
      disk_.set_full(true);
      sky_.after(dice_.about(swarm_.interval * 15), [this] { disk_.set_full(false); });
    });
  }
  for (const auto& way : ways_) {
    const ReceiverTraits& traits = way->receiver.traits();
    if (!traits.troubles.empty()) repeat(seldom / 2, [this, &way] { trouble(*way); });
    if (traits.forgets) repeat(seldom, [&way] { way->receiver.forget(); });
  }
}

void World::trouble(Way& way) {
  const auto& troubles = way.receiver.traits().troubles;
  way.trouble = static_cast<Trouble>(troubles[dice_.below(troubles.size())]);
  say(std::string("a receiver has trouble: ") + name_of(*way.trouble));
  const int length = dice_.chance(0.2) ? 80 : 8;
  sky_.after(dice_.about(swarm_.interval * length), [&way] { way.trouble.reset(); });
}

void World::step_clock() {
  const auto minute = milliseconds(minutes(1));
  const milliseconds errors[] = {
      -minute * static_cast<int>(dice_.between(1, 12)),
      -minute * 60 * static_cast<int>(dice_.between(1, 48)),
      minute * static_cast<int>(dice_.between(1, 12)),
      milliseconds(hours(24 * 365)) * static_cast<int>(dice_.between(1, 12)),
      milliseconds(0),
  };
  host_.error = errors[dice_.below(5)];
  host_.synchronized = false;
  if (life_) life_->set_clock();
  say("the clock is off by " + std::to_string(host_.error.count()) + " ms");
  sky_.after(dice_.about(swarm_.interval * 10), [this] { set_clock_right(); });
}

void World::set_clock_right() {
  host_.error = {};
  host_.synchronized = true;
  if (life_) life_->set_clock();
  say("the clock is right");
}

// Nothing goes wrong from here on.
void World::heal() {
  say("the faults stop");
  healed_ = true;
  for (const auto& way : ways_) way->trouble.reset();
  for (const auto& map : maps_) map->heal();
  disk_.set_errors(0);
  disk_.set_full(false);
  set_clock_right();
  if (!life_) start();
}

void World::reckon() {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& map : maps_) counts.merge(map->counts());
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const Account& account = accounts_[i];
    const auto fail_here = [&](const std::string& what) { fail(endpoints_[i] + ": " + what); };
    const std::uint64_t losses = account.losses() + account.pending_at_end();
    compare_all(truth_, *receivers_[i], losses, fail_here);
    compare_last(truth_, counts, *receivers_[i], losses, fail_here);
  }
}

}  // namespace bpfpush::sim
