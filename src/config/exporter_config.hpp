#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/label_config.hpp"

namespace bpfpush {

class MappingReader;

// A configuration of ebpf_exporter's, NAME.yaml beside NAME.bpf.o, as plain values.

struct ExporterBucketsConfig {
  std::string type;           // exp2, exp2zero, linear, fixed
  std::int64_t min = 0;       // the slots, both included
  std::int64_t max = 0;       // not for fixed
  double multiplier = 1;      // of `le` and of the sum
  std::vector<double> fixed;  // fixed: the slots, which are the bounds too; ascending

  friend bool operator==(const ExporterBucketsConfig&, const ExporterBucketsConfig&) = default;
};

struct ExporterMetricConfig {
  std::string name;  // the map's too
  std::string help;
  std::vector<LabelConfig> labels;  // in the order of the key's bytes
  // A histogram's: then a label is the bucket, the last one. A counter has none.
  std::optional<ExporterBucketsConfig> buckets;
  bool perf_event_array = false;
  std::chrono::milliseconds flush_interval{std::chrono::hours(1)};  // perf_event_array
  std::string where;                                                // "FILE:LINE", for messages
};

// A BPF map that is to hold the ids of the cgroups whose path one of the regexps matches.
struct CgroupIdMapConfig {
  std::string name;
  std::string type = "hash";  // or cgrp_storage
  std::vector<std::string> regexps;
  std::string where;
};

struct ExporterConfig {
  std::vector<ExporterMetricConfig> metrics;  // counters, then histograms
  std::vector<std::string> kaddrs;            // symbols whose addresses the program wants
  std::optional<CgroupIdMapConfig> cgroup_id_map;
  bool has_spans = false;  // `tracing`, which is not ours to do
};

// `bucket_type`, `bucket_min`, `bucket_max`, `bucket_multiplier` and `bucket_keys` of a metric.
ExporterBucketsConfig read_exporter_buckets(const MappingReader& metric);

// Reads such a file. Errors are as parse_config()'s. Nothing in it is expanded from the
// environment: a "$" belongs to a regexp.
Result<ExporterConfig> parse_exporter_config(const std::string& yaml, const std::string& file);

}  // namespace bpfpush
