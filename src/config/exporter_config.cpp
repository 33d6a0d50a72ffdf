#include "config/exporter_config.hpp"

#include <cmath>
#include <set>
#include <span>

#include "config/names.hpp"
#include "config/quantity.hpp"
#include "config/read_labels.hpp"
#include "config/reader.hpp"
#include "config/yaml.hpp"

namespace bpfpush {
namespace {

// Powers of two that a double has, and as many buckets as anyone can pay for.
constexpr std::int64_t kExponentMax = 1'000;
constexpr std::int64_t kSlotMax = INT32_MAX;
constexpr std::int64_t kBucketCountMax = 10'000;

void read_fixed_bounds(const MappingReader& reader, ExporterBucketsConfig& buckets) {
  const auto list = reader.find("bucket_keys");
  if (!list) {
    reader.fault("needs bucket_keys: the slots that there are, as in [1, 5, 10]");
    return;
  }
  for (const ValueReader& item : list->items()) {
    const auto text = item.text();
    if (!text) continue;
    const Result<double> key = parse_number(*text);
    if (!key) {
      item.fault(key.error().context);
    } else if (!buckets.fixed.empty() && *key <= buckets.fixed.back()) {
      item.fault("keys must ascend, and this one is not above the one before it");
    } else {
      buckets.fixed.push_back(*key);
    }
  }
  if (list->kind() == YamlNode::Kind::kSequence && list->items().empty()) {
    list->fault("needs at least one key");
  }
}

void read_slots(const MappingReader& reader, ExporterBucketsConfig& buckets) {
  const std::int64_t largest = buckets.type == "linear" ? kSlotMax : kExponentMax;
  reader.read_integer("bucket_min", buckets.min, {-largest, largest});
  reader.read_integer("bucket_max", buckets.max, {-largest, largest});
  if (buckets.min > buckets.max) {
    reader.fault_at("bucket_max", "is below bucket_min");
  } else if (buckets.max - buckets.min >= kBucketCountMax) {
    reader.fault_at("bucket_max",
                    "makes more than " + std::to_string(kBucketCountMax) + " buckets");
  }
}

// What counters and histograms have in common.
ExporterMetricConfig read_metric(const ValueReader& value, const MappingReader& reader) {
  ExporterMetricConfig metric;
  metric.where = value.where();
  reader.read_text("name", metric.name);
  if (!is_identifier(metric.name)) {
    reader.fault_at(
        "name", in_quotes(metric.name) + " cannot end a metric's name; letters, digits and _ can");
  }
  reader.read_text("help", metric.help);
  if (metric.help.empty()) reader.fault("needs a help text");
  if (const auto labels = reader.find("labels")) metric.labels = read_labels(*labels);
  return metric;
}

ExporterMetricConfig read_counter(const ValueReader& value) {
  const MappingReader reader(value,
                             {"name", "help", "labels", "perf_event_array", "flush_interval"});
  ExporterMetricConfig metric = read_metric(value, reader);
  reader.read_bool("perf_event_array", metric.perf_event_array);
  if (const auto interval = reader.find("flush_interval")) {
    const auto text = interval->text();
    const auto parsed = parse_go_duration(text.value_or("0"));
    if (!parsed) {
      interval->fault(parsed.error().context);
    } else if (parsed->count() > 0) {
      metric.flush_interval = *parsed;
    }
  }
  if (metric.perf_event_array && metric.labels.empty()) {
    reader.fault("needs labels: what a record of a perf_event_array is made of");
  }
  for (const LabelConfig& label : metric.labels) {
    if (metric.perf_event_array && label.size == 0) {
      reader.fault_at("labels", "need sizes: the object does not say what its records are");
      break;
    }
  }
  return metric;
}

ExporterMetricConfig read_histogram(const ValueReader& value) {
  const MappingReader reader(value, {"name", "help", "labels", "bucket_type", "bucket_min",
                                     "bucket_max", "bucket_multiplier", "bucket_keys"});
  ExporterMetricConfig metric = read_metric(value, reader);
  metric.buckets = read_exporter_buckets(reader);
  if (metric.labels.empty()) {
    reader.fault("needs labels: the last of them is the bucket");
  } else {
    refuse_le(reader, std::span(metric.labels).first(metric.labels.size() - 1));
  }
  return metric;
}

void read_metrics(const ValueReader& value, ExporterConfig& config) {
  const MappingReader reader(value, {"counters", "histograms"});
  std::set<std::string> names;
  const auto add = [&](const ValueReader& item, ExporterMetricConfig metric) {
    if (!metric.name.empty() && !names.insert(metric.name).second) {
      item.fault("a second metric is called " + in_quotes(metric.name));
    }
    config.metrics.push_back(std::move(metric));
  };
  if (const auto counters = reader.find("counters")) {
    for (const ValueReader& item : counters->items()) add(item, read_counter(item));
  }
  if (const auto histograms = reader.find("histograms")) {
    for (const ValueReader& item : histograms->items()) add(item, read_histogram(item));
  }
}

CgroupIdMapConfig read_cgroup_id_map(const ValueReader& value) {
  const MappingReader reader(value, {"name", "type", "regexps"});
  CgroupIdMapConfig map;
  map.where = value.where();
  reader.read_text("name", map.name);
  if (map.name.empty()) reader.fault("needs the name of a map");
  reader.read_choice("type", map.type, {"hash", "cgrp_storage"});
  map.regexps = read_texts(reader, "regexps");
  if (map.regexps.empty()) reader.fault("needs regexps: which cgroups belong into the map");
  return map;
}

void read_root(const ValueReader& root, ExporterConfig& config) {
  const MappingReader reader(root, {"metrics", "kaddrs", "cgroup_id_map", "tracing"});
  if (const auto metrics = reader.find("metrics")) read_metrics(*metrics, config);
  config.kaddrs = read_texts(reader, "kaddrs");
  if (const auto map = reader.find("cgroup_id_map")) {
    config.cgroup_id_map = read_cgroup_id_map(*map);
  }
  config.has_spans = reader.find("tracing").has_value();
  if (root.kind() == YamlNode::Kind::kMapping && config.metrics.empty() && !config.has_spans) {
    reader.fault_at("metrics", "has neither counters nor histograms: nothing would be exported");
  }
}

}  // namespace

ExporterBucketsConfig read_exporter_buckets(const MappingReader& reader) {
  ExporterBucketsConfig buckets;
  if (!reader.find("bucket_type")) {
    reader.fault("needs a bucket_type: exp2, exp2zero, linear or fixed");
  }
  reader.read_choice("bucket_type", buckets.type, {"exp2", "exp2zero", "linear", "fixed"});
  reader.read_number("bucket_multiplier", buckets.multiplier);
  if (buckets.multiplier < 0) reader.fault_at("bucket_multiplier", "must not be negative");
  if (buckets.multiplier == 0) buckets.multiplier = 1;  // as when it is not there
  if (buckets.type == "fixed") {
    read_fixed_bounds(reader, buckets);
  } else if (!buckets.type.empty()) {
    read_slots(reader, buckets);
  }
  return buckets;
}

Result<ExporterConfig> parse_exporter_config(const std::string& yaml, const std::string& file) {
  const auto document = parse_yaml(yaml, file);
  if (!document) return document.error();
  Faults faults(file);
  ReadContext context{nullptr, faults};
  ExporterConfig config;
  read_root(ValueReader(context, **document, ""), config);
  if (!faults.empty()) return faults.error();
  return config;
}

}  // namespace bpfpush
