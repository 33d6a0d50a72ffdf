#include "config/read_programs.hpp"

#include <set>

#include "config/names.hpp"
#include "config/quantity.hpp"
#include "config/read_maps.hpp"

namespace bpfpush {
namespace {

// As many finite bounds as a histogram can have, and exponents of two that 64 bits can show.
constexpr std::int64_t kBucketCountMax = 512;
constexpr std::int64_t kExponentMax = 64;
constexpr std::int64_t kMapEntriesMax = 1 << 20;

std::vector<double> read_bounds(const ValueReader& list) {
  std::vector<double> bounds;
  for (const ValueReader& item : list.items()) {
    const auto text = item.text();
    if (!text) continue;
    const Result<double> bound = parse_number(*text);
    if (!bound) {
      item.fault(bound.error().context);
    } else if (*bound < 0) {
      item.fault("a bound is not negative");
    } else if (!bounds.empty() && *bound <= bounds.back()) {
      item.fault("bounds must ascend, and this one is not above the one before it");
    } else {
      bounds.push_back(*bound);
    }
  }
  if (list.kind() == YamlNode::Kind::kSequence && list.items().empty()) {
    list.fault("needs at least one bound; +Inf is always there");
  }
  return bounds;
}

BucketsConfig read_exp2_buckets(const ValueReader& value, BucketsConfig buckets) {
  const MappingReader reader(value, {"type", "min", "max"});
  reader.read_integer("min", buckets.min, {-kExponentMax, kExponentMax});
  reader.read_integer("max", buckets.max, {-kExponentMax, kExponentMax});
  if (!reader.find("max")) reader.fault("needs a max: the exponent of the last power of two");
  if (buckets.min > buckets.max) reader.fault_at("max", "is below min; min <= max");
  return buckets;
}

BucketsConfig read_linear_buckets(const ValueReader& value, BucketsConfig buckets) {
  const MappingReader reader(value, {"type", "width", "count"});
  reader.read_number("width", buckets.width);
  reader.read_integer("count", buckets.count, {1, kBucketCountMax});
  if (!reader.find("width") || !reader.find("count")) {
    reader.fault("needs a width and a count: bounds at width, 2*width ... count*width");
  } else if (buckets.width <= 0) {
    reader.fault_at("width", "must be above 0");
  }
  return buckets;
}

BucketsConfig read_explicit_buckets(const ValueReader& value, BucketsConfig buckets) {
  const MappingReader reader(value, {"type", "bounds"});
  if (const auto bounds = reader.find("bounds")) {
    buckets.bounds = read_bounds(*bounds);
  } else {
    reader.fault("needs bounds: a list, as in [0.001, 0.01, 0.1, 1]");
  }
  return buckets;
}

BucketsConfig read_native_buckets(const ValueReader& value, BucketsConfig buckets) {
  const MappingReader reader(value, {"type", "schema", "max_buckets"});
  reader.read_integer("schema", buckets.schema, {-4, 8});
  reader.read_integer("max_buckets", buckets.max_buckets, {1, kBucketCountMax});
  return buckets;
}

}  // namespace

// The keys depend on the type, so that one of another type is not taken and then ignored.
std::optional<BucketsConfig> read_buckets(const ValueReader& value) {
  const MappingReader any(
      value, {"type", "min", "max", "width", "count", "bounds", "schema", "max_buckets"});
  BucketsConfig buckets;
  if (value.kind() == YamlNode::Kind::kMapping && !any.find("type")) {
    any.fault("needs a type: exp2, exp2zero, linear, explicit or native");
  }
  any.read_choice("type", buckets.type, {"exp2", "exp2zero", "linear", "explicit", "native"});
  if (buckets.type.empty()) return std::nullopt;
  if (buckets.type == "linear") return read_linear_buckets(value, std::move(buckets));
  if (buckets.type == "explicit") return read_explicit_buckets(value, std::move(buckets));
  if (buckets.type == "native") return read_native_buckets(value, std::move(buckets));
  return read_exp2_buckets(value, std::move(buckets));
}

namespace {

// A counter or gauge has no buckets.
HistogramConfig read_metric(const MappingReader& reader, const ValueReader& value) {
  HistogramConfig histogram;
  histogram.where = value.where();
  if (std::string unit; reader.find("unit")) {
    reader.read_text("unit", unit);
    histogram.unit = std::move(unit);
  }
  if (std::size_t entries = 0; reader.find("max_entries")) {
    reader.read_integer("max_entries", entries, {1, kMapEntriesMax});
    histogram.max_entries = entries;
  }
  return histogram;
}

HistogramConfig read_histogram(const ValueReader& value) {
  const MappingReader reader(value, {"unit", "buckets", "max_entries"});
  HistogramConfig histogram = read_metric(reader, value);
  if (const auto buckets = reader.find("buckets")) histogram.buckets = read_buckets(*buckets);
  return histogram;
}

void read_metrics(const MappingReader& program_reader, ProgramConfig& program) {
  if (const auto histograms = program_reader.find("histograms")) {
    for (const auto& [map, histogram] : histograms->entries()) {
      program.histograms[map] = read_histogram(histogram);
    }
  }
  if (const auto metrics = program_reader.find("metrics")) {
    for (const auto& [map, metric] : metrics->entries()) {
      const MappingReader reader(metric, {"unit", "max_entries"});
      if (!program.histograms.emplace(map, read_metric(reader, metric)).second) {
        metric.fault("stands under histograms too; give it in one place");
      }
    }
  }
}

// "/opt/mine/thing.bpf.o" is the program "thing".
std::string object_stem(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  for (const std::string_view suffix : {".o", ".bpf"}) {
    if (path.ends_with(suffix) && path.size() > suffix.size()) path.remove_suffix(suffix.size());
  }
  return std::string(path);
}

void read_source(const MappingReader& reader, ProgramConfig& program) {
  reader.read_text("name", program.name);
  reader.read_text("object", program.object);
  const bool named = reader.find("name").has_value();
  const bool from_object = reader.find("object").has_value();
  if (named == from_object) {
    reader.fault("needs either a name, of a built-in program, or an object, the path of a file");
  } else if (named && program.name.empty()) {
    reader.fault_at("name", "is empty; write a built-in program's name, as in bio");
  } else if (from_object && (program.object.empty() || program.object.ends_with('/'))) {
    reader.fault_at("object", "names no file; write the path of a BPF object");
  } else if (from_object) {
    program.name = object_stem(program.object);
  }
}

// One value or a list of them.
std::vector<std::string> read_values(const ValueReader& value) {
  std::vector<std::string> values;
  if (value.kind() == YamlNode::Kind::kScalar) return {value.text().value_or("")};
  for (const ValueReader& item : value.items()) values.push_back(item.text().value_or(""));
  if (value.kind() == YamlNode::Kind::kSequence && values.empty()) {
    value.fault("is empty, so nothing would be observed; leave the key out, or list values");
  }
  return values;
}

void read_filters(const MappingReader& reader, ProgramConfig& program) {
  reader.read_text("cgroup", program.cgroup);
  if (reader.find("cgroup") && !program.cgroup.starts_with('/')) {
    reader.fault_at("cgroup", in_quotes(program.cgroup) + " is no path; it begins with /, as in " +
                                  "/system.slice");
  }
  if (const auto only = reader.find("only")) {
    for (const auto& [label, values] : only->entries()) program.only[label] = read_values(values);
  }
}

ProgramConfig read_program(const ValueReader& value) {
  ProgramConfig program;
  program.where = value.where();
  if (value.kind() == YamlNode::Kind::kScalar) {
    program.name = value.text().value_or("");
    program.as = program.name;
    return program;
  }
  const MappingReader reader(value, {"name", "object", "maps", "as", "cgroup", "only", "settings",
                                     "histograms", "metrics"});
  if (value.kind() != YamlNode::Kind::kMapping) return program;
  if (const auto maps = reader.find("maps")) {
    program.maps = read_maps(*maps);
    for (const std::string_view key :
         {"name", "object", "as", "cgroup", "only", "settings", "histograms", "metrics"}) {
      if (reader.find(key)) reader.fault_at(key, "is of a program, not of the maps of others");
    }
    return program;
  }
  read_source(reader, program);
  program.as = program.name;
  reader.read_text("as", program.as);
  if (reader.find("as") && !is_identifier(program.as)) {
    reader.fault_at("as", in_quotes(program.as) + " is no name; letters, digits and _ are");
  }
  read_filters(reader, program);
  if (const auto settings = reader.find("settings")) {
    for (const auto& [name, setting] : settings->entries()) {
      program.settings[name] = setting.text().value_or("");
    }
  }
  read_metrics(reader, program);
  return program;
}

// `ebpf_exporter: {dir: DIR, names: [a, b]}`: a program for each name.
std::vector<ProgramConfig> read_exporter_programs(const ValueReader& value) {
  const MappingReader reader(value, {"dir", "names", "drop_last_finite_bucket"});
  ProgramConfig program;
  program.where = value.where();
  reader.read_text("dir", program.exporter_dir);
  if (program.exporter_dir.empty()) reader.fault("needs a dir: the folder with NAME.yaml");
  reader.read_bool("drop_last_finite_bucket", program.drop_last_finite_bucket);
  const auto names = reader.find("names");
  if (!names) reader.fault("needs names: which configurations of that folder to run");
  std::vector<ProgramConfig> programs;
  for (const ValueReader& name : names ? names->items() : std::vector<ValueReader>{}) {
    program.name = program.as = name.text().value_or("");
    if (!is_exporter_name(program.name)) {
      name.fault(in_quotes(program.name) + " is no configuration's name; write a for a.yaml");
    }
    programs.push_back(program);
  }
  if (names && names->kind() == YamlNode::Kind::kSequence && programs.empty()) {
    names->fault("is empty; name a configuration");
  }
  return programs;
}

std::vector<ProgramConfig> read_item(const ValueReader& item) {
  if (!item.has("ebpf_exporter")) return {read_program(item)};
  const MappingReader reader(item, {"ebpf_exporter"});
  const auto value = reader.find("ebpf_exporter");
  if (value) return read_exporter_programs(*value);
  reader.fault_at("ebpf_exporter", "needs a dir and names");
  return {};
}

}  // namespace

std::vector<ProgramConfig> read_programs(const ValueReader& list) {
  std::vector<ProgramConfig> programs;
  std::set<std::string> names;
  for (const ValueReader& item : list.items()) {
    for (ProgramConfig& program : read_item(item)) {
      if (!program.as.empty() && !names.insert(program.as).second) {
        item.fault("a second program is called " + in_quotes(program.as) +
                   "; give it another name with `as`");
      }
      programs.push_back(std::move(program));
    }
  }
  if (list.kind() == YamlNode::Kind::kSequence && list.items().empty()) {
    list.fault("is empty, so nothing would be measured; name a program, or leave the key out");
  }
  return programs;
}

}  // namespace bpfpush
