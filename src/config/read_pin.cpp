#include "config/read_pin.hpp"

#include "config/quantity.hpp"

namespace bpfpush {

PinConfig read_pin(const ValueReader& value, const std::string& metric_namespace) {
  PinConfig config;
  config.where = value.where();
  config.path = default_pin_path(metric_namespace);
  if (value.kind() == YamlNode::Kind::kMapping) {
    const MappingReader reader(value, {"path"});
    config.enabled = true;
    reader.read_text("path", config.path);
    if (config.path.starts_with('/')) return config;
    reader.fault_at("path", in_quotes(config.path) + " is no absolute path; write /DIR");
  } else if (const auto text = value.text()) {
    const auto enabled = parse_bool(*text);
    config.enabled = enabled && *enabled;
    if (!enabled) value.fault(in_quotes(*text) + " is neither true, false, nor {path: DIR}");
  }
  return config;
}

}  // namespace bpfpush
