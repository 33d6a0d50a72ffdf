#pragma once

#include <memory>
#include <vector>

#include "probe/pin_directory.hpp"
#include "probe/probe.hpp"

namespace bpfpush {

// Removes what is pinned of objects that are asked for no more, or otherwise than when they were
// loaded. To be called before any of `probes` is loaded: of two objects that count the same, one is
// always gone.
void remove_unwanted(const PinDirectory& pins, const std::vector<std::unique_ptr<Probe>>& probes);

// Says in the log whether the kernel state of a loaded probe was adopted, is new, or why it is not
// pinned.
void report_pins(const Probe& probe);

}  // namespace bpfpush
