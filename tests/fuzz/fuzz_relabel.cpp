// Any text as the rules of an endpoint: what the configuration takes compiles, and leaves of labels
// what are labels, the same ones each time.
#include <string>

#include "base/check.hpp"
#include "config/config.hpp"
#include "remote_write/relabel.hpp"

namespace bpfpush {
namespace {

// The text, two columns further in.
std::string rules_section(const std::string& text) {
  std::string yaml = "remote_write:\n- url: http://h/\n  write_relabel_configs:\n  ";
  for (const char c : text) {
    yaml += c;
    if (c == '\n') yaml += "  ";
  }
  return yaml;
}

Relabeling compile(const std::vector<RelabelConfig>& configs) {
  std::vector<RelabelRule> rules;
  for (const RelabelConfig& config : configs) {
    rules.push_back({config.source_labels, config.separator, config.regex, config.modulus,
                     config.target_label, config.replacement, config.action});
  }
  const auto relabeling = Relabeling::create(rules);
  CHECK(relabeling);
  return *relabeling;
}

void check(const Relabeling& relabeling, const LabelMap& labels) {
  LabelMap first = labels;
  LabelMap second = labels;
  const bool kept = relabeling.apply(first);
  CHECK(relabeling.apply(second) == kept);
  CHECK(first == second);
  for (const auto& [name, value] : first) CHECK(!value.empty());
}

}  // namespace
}  // namespace bpfpush

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bpfpush;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = parse_config(rules_section(text), "fuzz.yaml", [](const std::string&) {
    return std::optional<std::string>("x");
  });
  if (!config) return 0;
  for (const RemoteWriteConfig& endpoint : config->remote_write) {
    const Relabeling relabeling = compile(endpoint.write_relabel);
    check(relabeling, {{"__name__", "x_bucket"}, {"device", "sda"}, {"le", "+Inf"}});
    check(relabeling, {{"__name__", "x"}, {"a", text.substr(0, 64) + "."}, {"b", "\xff\xfe"}});
    check(relabeling, {});
  }
  return 0;
}
