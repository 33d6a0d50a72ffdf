#pragma once

#include "agent/collector.hpp"
#include "config/config.hpp"
#include "env/filesystem.hpp"

namespace bpfpush {

// Opens the programs a configuration asks for and adds them to `collector`; loads none. All faults
// are reported, one a line, each with its place in the configuration.
Result<void> open_programs(const Config& config, const Filesystem& filesystem,
                           Collector& collector);

// The buckets that a configuration asks for.
BucketSpec to_bucket_spec(const BucketsConfig& config);

}  // namespace bpfpush
