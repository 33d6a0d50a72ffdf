#pragma once

#include "agent/collector.hpp"
#include "config/config.hpp"
#include "env/filesystem.hpp"
#include "probe/slot_layout.hpp"

namespace bpfpush {

// Opens a configuration of ebpf_exporter's, NAME.yaml and NAME.bpf.o in the folder that `program`
// names, and adds it to `collector`. What this host lacks for it is noted there and no
// error. An error's message begins with a place.
Result<void> add_exporter_program(const ProgramConfig& program, const Filesystem& filesystem,
                                  Collector& collector);

// The slots that a histogram in ebpf_exporter's layout has.
SlotBuckets to_slot_buckets(const ExporterBucketsConfig& config, bool drop_last_bound);

}  // namespace bpfpush
