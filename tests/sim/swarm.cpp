#include "sim/swarm.hpp"

#include <cmath>

#include "sim/trouble.hpp"

namespace bpfpush::sim {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

nanoseconds Dice::about(nanoseconds mean) {
  const double factor = -std::log(1 - uniform() * 0.999);
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(mean.count()) * factor)) +
         nanoseconds(1);
}

namespace {

ReceiverTraits receiver(Dice& dice) {
  ReceiverTraits traits;
  traits.ordered = dice.chance(0.7);
  traits.busy = traits.ordered && dice.chance(0.2);
  traits.tells_date = dice.chance(0.8);
  if (dice.chance(0.25)) traits.samples_max = dice.between(20, 400);
  if (dice.chance(0.3)) traits.samples_per_send = dice.between(10, 200);
  traits.is_slow = dice.chance(0.1);
  traits.strict = dice.chance(0.1);
  traits.forgets = dice.chance(0.1);
  if (dice.chance(0.8)) {
    for (int trouble = 0; trouble < kTroubles; ++trouble) {
      if (dice.chance(0.4)) traits.troubles.push_back(trouble);
    }
  }
  return traits;
}

}  // namespace

Swarm::Swarm(Dice& dice) {
  constexpr nanoseconds kIntervals[] = {seconds(1), seconds(15), seconds(15), seconds(60),
                                        minutes(10)};
  interval = kIntervals[dice.below(5)];
  pushes = static_cast<int>(dice.chance(0.1) ? dice.between(60, 250) : dice.between(5, 60));
  const std::size_t count = dice.chance(0.7) ? 1 : dice.between(2, 3);
  for (std::size_t i = 0; i < count; ++i) receivers.push_back(receiver(dice));

  on_disk = dice.chance(0.95);
  bytes_max = (1u << 20) + dice.below(3) * 300'000;
  constexpr std::optional<milliseconds> kSyncs[] = {milliseconds(0), seconds(5), seconds(5),
                                                    minutes(1), std::nullopt};
  sync = kSyncs[dice.below(5)];
  constexpr milliseconds kSteps[] = {seconds(30), minutes(10), hours(1)};
  coarsest_step = kSteps[dice.below(3)];
  if (dice.chance(0.03)) {
    ballast = dice.between(300, 1'500);
    pushes = static_cast<int>(dice.between(200, 500));
  }
  for (bool* fault : {&kills, &restarts, &reboots, &power_cuts, &tears, &slow_disk, &disk_errors,
                      &disk_fills, &clock_steps, &no_battery, &churn, &unreadable}) {
    *fault = dice.chance(0.35);
  }
  // A host whose clock is wrong and whom nobody tells the date cannot know it.
  for (ReceiverTraits& traits : receivers) {
    // Several times what there is to send.
    if (ballast > 0) traits.samples_max = traits.samples_per_send = 10'000;
    if (traits.is_slow) traits.bytes_per_second = 30'000 + 150 * ballast;
    traits.host_may_be_wrong = clock_steps || no_battery;
    traits.tells_date |= traits.host_may_be_wrong;
  }
}

std::string Swarm::to_string() const {
  std::string text = "interval " + std::to_string(interval / seconds(1)) + " s, " +
                     std::to_string(pushes) + " pushes, " + std::to_string(receivers.size()) +
                     " receivers, sync " +
                     (sync ? std::to_string(sync->count()) + " ms" : std::string("never"));
  const std::pair<const char*, bool> flags[] = {
      {"memory", !on_disk},       {"ballast", ballast > 0},     {"kills", kills},
      {"restarts", restarts},     {"reboots", reboots},         {"power_cuts", power_cuts},
      {"tears", tears},           {"slow_disk", slow_disk},     {"disk_errors", disk_errors},
      {"disk_fills", disk_fills}, {"clock_steps", clock_steps}, {"no_battery", no_battery},
      {"churn", churn},           {"unreadable", unreadable},
  };
  for (const auto& [name, is_on] : flags) text += is_on ? std::string(", ") + name : "";
  for (const ReceiverTraits& one : receivers) {
    text += one.ordered ? "; ordered" : "; unordered";
    if (one.busy) text += " busy";
    if (!one.tells_date) text += " dateless";
    if (one.forgets) text += " forgets";
    if (one.strict) text += " strict";
    if (one.samples_max != SIZE_MAX) text += " max " + std::to_string(one.samples_max);
    for (const int trouble : one.troubles) text += std::string(" ") + name_of(Trouble(trouble));
  }
  return text;
}

}  // namespace bpfpush::sim
