#include "agent/pins.hpp"

#include <set>
#include <string>

#include "base/log.hpp"

namespace bpfpush {

void remove_unwanted(const PinDirectory& pins, const std::vector<std::unique_ptr<Probe>>& probes) {
  std::set<std::string> wanted;
  for (const auto& probe : probes) wanted.insert(probe->pin_name());
  const Result<void> removed = pins.keep_only(wanted);
  if (!removed) log::error("pins not removed", {{"reason", removed.error().message()}});
}

void report_pins(const Probe& probe) {
  const std::string& problem = probe.pin_problem();
  switch (probe.pin_state()) {
    case PinState::kNone:
      log::warn("kernel state not pinned: its counts begin again with the next start",
                {{"program", probe.name()}, {"reason", problem}});
      return;
    case PinState::kNew:
      log::info("kernel state pinned: its counts begin", {{"program", probe.name()}});
      break;
    case PinState::kAdopted:
      log::info("kernel state adopted: its counts go on", {{"program", probe.name()}});
      break;
  }
  if (problem.empty()) return;
  log::warn("kernel state not pinned whole", {{"program", probe.name()}, {"reason", problem}});
}

}  // namespace bpfpush
