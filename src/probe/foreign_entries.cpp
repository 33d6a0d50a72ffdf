#include "probe/foreign_layout.hpp"
#include "probe/key_btf.hpp"

namespace bpfpush {
namespace {

MapFacts facts_of(const MapInfo& info) {
  MapFacts facts;
  facts.kind = info.is_array ? MapFacts::Kind::kArray : MapFacts::Kind::kHash;
  facts.per_cpu = info.is_per_cpu;
  facts.evicts = info.evicts;
  facts.key_size = info.key_size;
  facts.value_size = info.value_size;
  facts.max_entries = info.max_entries;
  if (info.types == nullptr || info.key_type == 0) {
    facts.key_by_btf =
        Error(Errc::kUnsupported, "its map has no BTF that we may see (which takes CAP_SYS_ADMIN)");
  } else {
    const auto all_on = [](const std::string& /*setting*/) { return true; };
    facts.key_by_btf = key_schema_from_btf(info.types, info.key_type, info.name, all_on);
  }
  return facts;
}

// Without labels of its own a metric has those that BTF shows.
std::vector<MapLabel> labels_of(const ForeignMapOptions& options, const MapFacts& facts) {
  std::vector<MapLabel> labels;
  if (options.labels) {
    labels = *options.labels;
  } else if (facts.key_by_btf) {
    for (const KeyField& field : facts.key_by_btf->fields) labels.push_back({.name = field.name});
  }
  return labels;
}

}  // namespace

Result<ExporterMap> lay_out_foreign_entries(const ForeignMapOptions& options, const MapInfo& info) {
  const MapFacts facts = facts_of(info);
  ExporterMetric metric;
  metric.name = options.name;
  metric.labels = labels_of(options, facts);
  metric.buckets = options.entries;
  if (metric.labels.empty()) {
    return Error(
        Errc::kInvalidConfig,
        "metric " + options.name +
            ": has an entry for each bucket, so its last label is the bucket; say `labels`");
  }
  return lay_out_exporter_metric(metric, facts);
}

}  // namespace bpfpush
