#pragma once

#include "probe/rodata.hpp"

struct bpf_object;

namespace bpfpush {

// Programs that PROGRAM_IF (bpf/histogram.bpf.h) makes depend on a setting that is off are not to
// be loaded. `rodata` has the settings.
void leave_out_by_settings(bpf_object* object, Rodata& rodata);

}  // namespace bpfpush
