#include "agent/programs.hpp"

#include <optional>
#include <span>
#include <string>

#include "agent/cgroups.hpp"
#include "agent/exporter_programs.hpp"
#include "agent/foreign_maps.hpp"
#include "labels/label_number.hpp"
#include "probe/builtin.hpp"

namespace bpfpush {

BucketSpec to_bucket_spec(const BucketsConfig& config) {
  if (config.type == "linear") return LinearBuckets{config.width, config.count};
  if (config.type == "explicit") return ExplicitBuckets{config.bounds};
  if (config.type == "native") return NativeBuckets{config.schema, config.max_buckets};
  return Exp2Buckets{config.min, config.max, config.type == "exp2zero"};
}

namespace {

HistogramOptions to_histogram_options(const HistogramConfig& config) {
  HistogramOptions options{config.unit, std::nullopt, config.max_entries, config.where};
  if (config.buckets) options.buckets = to_bucket_spec(*config.buckets);
  return options;
}

FilterOptions to_filter_options(const ProgramConfig& config, const Filesystem& filesystem) {
  FilterOptions options;
  if (!config.cgroup.empty()) options.cgroup = find_cgroup(config.cgroup, filesystem);
  options.only = config.only;
  options.number_of_label = [&filesystem](const KeyField& field, const std::string& value) {
    return number_of_label(field, value, filesystem);
  };
  return options;
}

std::string builtin_names() {
  std::string names;
  for (const BuiltinProgram& program : builtin_programs()) {
    names += (names.empty() ? "" : ", ") + std::string(program.name);
  }
  return names;
}

Error at(const std::string& where, const Error& error) {
  return {error.code, (where.empty() ? "" : where + ": ") + error.message()};
}

// An error begins with its place, as those of add_program() do.
Result<Probe> open_program(const ProgramConfig& config, const Filesystem& filesystem) {
  ProbeOptions options;
  options.name = config.as.empty() ? config.name : config.as;
  options.settings = config.settings;
  options.where = config.where;
  options.filters = to_filter_options(config, filesystem);
  for (const auto& [map, histogram] : config.histograms) {
    options.histograms.emplace(map, to_histogram_options(histogram));
  }
  if (!config.object.empty()) {
    const auto file = filesystem.read_file(config.object);
    if (!file) return at(config.where, file.error());
    options.object = std::as_bytes(std::span(*file));
    auto probe = Probe::open(options);
    if (!probe || !probe->metrics().empty()) return probe;
    const Error useless(Errc::kInvalidConfig,
                        config.object +
                            " declares no metric; an object does with histogram.bpf.h, "
                            "and ebpf_exporter's are named under `ebpf_exporter`");
    return at(config.where, useless);
  }
  const BuiltinProgram* builtin = find_builtin_program(config.name);
  if (builtin == nullptr) {
    const Error unknown(Errc::kNotFound, "unknown program \"" + config.name +
                                             "\"; the built-in programs are " + builtin_names() +
                                             ", and `object: FILE` names one of your own");
    return at(config.where, unknown);
  }
  options.object = builtin->object;
  return Probe::open(options);
}

Result<void> add_program(const ProgramConfig& config, const Filesystem& filesystem,
                         Collector& collector) {
  if (!config.maps.empty()) return add_foreign_maps(config.maps, collector);
  if (!config.exporter_dir.empty()) return add_exporter_program(config, filesystem, collector);
  auto probe = open_program(config, filesystem);
  if (!probe) return probe.error();
  const Result<void> added = collector.add(std::move(*probe));
  if (!added) return at(config.where, added.error());
  return {};
}

}  // namespace

Result<void> open_programs(const Config& config, const Filesystem& filesystem,
                           Collector& collector) {
  std::string faults;
  for (const ProgramConfig& program : config.programs) {
    const Result<void> added = add_program(program, filesystem, collector);
    if (added) continue;
    if (!faults.empty()) faults += "\n";
    faults += added.error().context;
  }
  if (!faults.empty()) return Error(Errc::kInvalidConfig, faults);
  return {};
}

}  // namespace bpfpush
