#include "agent/exporter_programs.hpp"

#include <set>
#include <span>
#include <string>
#include <utility>

#include "agent/map_labels.hpp"
#include "base/log.hpp"
#include "config/exporter_config.hpp"
#include "labels/symbol_addresses.hpp"

namespace bpfpush {
namespace {

constexpr char kAddressPrefix[] = "kaddr_";

ExporterMetric to_metric(const ExporterMetricConfig& config, bool drop_last_bound) {
  ExporterMetric metric;
  metric.name = config.name;
  metric.help = config.help;
  metric.labels = to_map_labels(config.labels);
  if (config.buckets) metric.buckets = to_slot_buckets(*config.buckets, drop_last_bound);
  metric.perf_event_array = config.perf_event_array;
  metric.flush_interval = config.flush_interval;
  metric.where = config.where;
  return metric;
}

// The constants `kaddr_SYMBOL` that the object wants set.
Result<void> set_addresses(const std::vector<std::string>& symbols, const Filesystem& filesystem,
                           std::map<std::string, std::string>& settings) {
  if (symbols.empty()) return {};
  const auto addresses = symbol_addresses(filesystem, {symbols.begin(), symbols.end()});
  if (!addresses) return Error(addresses.error().code, "kaddrs: " + addresses.error().message());
  for (const auto& [symbol, address] : *addresses) {
    settings[kAddressPrefix + symbol] = std::to_string(address);
  }
  return {};
}

Error at(const std::string& where, const Error& error) {
  return {error.code, (where.empty() ? "" : where + ": ") + error.message()};
}

Result<void> keep_cgroups(const CgroupIdMapConfig& config, const Probe& probe,
                          const Filesystem& filesystem, Collector& collector) {
  const auto kind = config.type == "hash" ? CgroupIdMap::Kind::kHash : CgroupIdMap::Kind::kStorage;
  auto matching = MatchingCgroups::create(config.regexps, filesystem);
  if (!matching) return at(config.where + ": cgroup_id_map", matching.error());
  auto kept = KeptCgroups::create(probe, config.name, kind, std::move(*matching), filesystem);
  if (!kept) return at(config.where + ": cgroup_id_map", kept.error());
  collector.keep(std::move(*kept));
  return {};
}

}  // namespace

SlotBuckets to_slot_buckets(const ExporterBucketsConfig& config, bool drop_last_bound) {
  SlotBuckets buckets{SlotBuckets::Type::kExp2, config.min,   config.max,
                      config.multiplier,        config.fixed, drop_last_bound};
  if (config.type == "exp2zero") buckets.type = SlotBuckets::Type::kExp2Zero;
  if (config.type == "linear") buckets.type = SlotBuckets::Type::kLinear;
  if (config.type == "fixed") buckets.type = SlotBuckets::Type::kFixed;
  return buckets;
}

Result<void> add_exporter_program(const ProgramConfig& program, const Filesystem& filesystem,
                                  Collector& collector) {
  const std::string path = program.exporter_dir + "/" + program.name;
  const std::string file = path + ".yaml";
  const auto yaml = filesystem.read_file(file);
  if (!yaml) return at(program.where, yaml.error());
  const auto config = parse_exporter_config(*yaml, file);
  if (!config) return config.error();
  const auto object = filesystem.read_file(path + ".bpf.o");
  if (!object) return at(program.where, object.error());
  if (config->has_spans) {
    log::warn("tracing is left out; only metrics are pushed", {{"configuration", file}});
  }
  ProbeOptions options;
  options.name = program.name;
  options.where = file;
  options.object = std::as_bytes(std::span(*object));
  for (const ExporterMetricConfig& metric : config->metrics) {
    options.exporter_metrics.push_back(to_metric(metric, program.drop_last_finite_bucket));
  }
  const Result<void> addressed = set_addresses(config->kaddrs, filesystem, options.settings);
  if (!addressed) {
    collector.leave_out(program.name, addressed.error().message());
    return {};
  }
  if (config->cgroup_id_map) {  // whose entries of other cgroups would stay
    for (const std::string& regexp : config->cgroup_id_map->regexps) {
      options.pinned_with += regexp + "\n";
    }
  }
  auto probe = Probe::open(options);
  if (!probe) return probe.error();
  if (config->cgroup_id_map) {
    const Result<void> kept = keep_cgroups(*config->cgroup_id_map, *probe, filesystem, collector);
    if (!kept) return kept;
  }
  const Result<void> added = collector.add(std::move(*probe));
  if (!added) return at(file, added.error());
  return {};
}

}  // namespace bpfpush
