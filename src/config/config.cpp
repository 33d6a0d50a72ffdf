#include "config/config.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "config/names.hpp"
#include "config/read_pin.hpp"
#include "config/read_programs.hpp"
#include "config/read_remote_write.hpp"
#include "config/read_spool.hpp"
#include "config/reader.hpp"
#include "config/yaml.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;

// Reading every map more often than this would measure the agent.
constexpr milliseconds kPushIntervalMin{100};

constexpr std::string_view kDefaultProgram = "bio";
constexpr std::string_view kDefaultJob = "bpfpush";

void read_external_label(const std::string& name, const ValueReader& value, Config& config) {
  const auto text = value.text();
  if (!text) return;
  if (!is_identifier(name)) {
    value.fault("is no label name; letters, digits and _ are, the first no digit");
  } else if (name.starts_with("__") || name == "le") {
    value.fault("is a label name with a meaning of its own; take another");
  } else if (!is_utf8(*text)) {
    value.fault("is not UTF-8; a label's value must be");
  } else {
    config.external_labels.emplace_back(name, *text);
  }
}

// Without an instance, the series of two hosts would be one. So each of the two labels is there
// unless it is given; an empty value removes it.
void add_default_labels(const ValueReader& root, const Environment& environment, Config& config) {
  auto& labels = config.external_labels;
  const auto given = [&](std::string_view name) {
    return std::any_of(labels.begin(), labels.end(),
                       [&](const auto& label) { return label.first == name; });
  };
  if (!given("job")) labels.emplace_back("job", kDefaultJob);
  if (given("instance")) return;
  if (auto host = environment("HOSTNAME")) {
    labels.emplace_back("instance", to_valid_utf8(*host));
  } else {
    root.fault(
        "global.external_labels.instance: the environment variable HOSTNAME, its default, is not "
        "set; set either");
  }
}

void read_global(const ValueReader& value, Config& config) {
  const MappingReader reader(value, {"push_interval", "flush_timeout", "stale_markers_at_exit",
                                     "namespace", "external_labels"});
  reader.read_duration("push_interval", config.push_interval, kPushIntervalMin);
  reader.read_duration("flush_timeout", config.flush_timeout, milliseconds(0));
  reader.read_bool("stale_markers_at_exit", config.stale_markers_at_exit);
  reader.read_text("namespace", config.metric_namespace);
  if (!is_identifier(config.metric_namespace)) {
    reader.fault_at("namespace", in_quotes(config.metric_namespace) +
                                     " cannot begin a metric's name; letters, digits and _ can");
  }
  if (const auto labels = reader.find("external_labels")) {
    for (const auto& [name, label] : labels->entries()) read_external_label(name, label, config);
  }
}

void read_root(const ValueReader& root, const Environment& environment, Config& config) {
  if (root.kind() != YamlNode::Kind::kNull) {
    const MappingReader reader(root, {"global", "programs", "remote_write", "spool", "pin", "log"});
    if (const auto global = reader.find("global")) read_global(*global, config);
    if (const auto programs = reader.find("programs")) config.programs = read_programs(*programs);
    if (const auto endpoints = reader.find("remote_write")) {
      config.remote_write = read_remote_write(*endpoints);
    }
    if (const auto spool = reader.find("spool")) config.spool = read_spool(*spool);
    if (const auto pin = reader.find("pin")) config.pin = read_pin(*pin, config.metric_namespace);
    if (const auto log = reader.find("log")) {
      MappingReader(*log, {"level"})
          .read_choice("level", config.log.level, {"debug", "info", "warn", "error"});
    }
  }
  add_default_labels(root, environment, config);
  if (config.programs.empty()) {
    ProgramConfig program;
    program.name = program.as = kDefaultProgram;
    program.where = root.where();
    config.programs.push_back(std::move(program));
  }
}

}  // namespace

std::string default_pin_path(const std::string& metric_namespace) {
  return "/sys/fs/bpf/bpfpush/" + metric_namespace;
}

Result<Config> parse_config(const std::string& yaml, const std::string& file,
                            const Environment& environment) {
  const auto document = parse_yaml(yaml, file);
  if (!document) return document.error();
  Faults faults(file);
  ReadContext context{&environment, faults};
  Config config;
  read_root(ValueReader(context, **document, ""), environment, config);
  if (!faults.empty()) return faults.error();
  return config;
}

}  // namespace bpfpush
