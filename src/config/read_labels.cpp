#include "config/read_labels.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "config/names.hpp"

namespace bpfpush {
namespace {

// A map's key is smaller.
constexpr std::int64_t kFieldBytesMax = 1 << 16;

// A decoder by its name, or a mapping with what it works with.
DecoderConfig read_decoder(const ValueReader& value) {
  DecoderConfig decoder;
  if (value.kind() == YamlNode::Kind::kScalar) {
    decoder.name = value.text().value_or("");
    return decoder;
  }
  const MappingReader reader(value, {"name", "static_map", "allow_unknown", "regexps"});
  reader.read_text("name", decoder.name);
  if (decoder.name.empty()) reader.fault("needs a name, as in uint or string");
  reader.read_bool("allow_unknown", decoder.allow_unknown);
  decoder.regexps = read_texts(reader, "regexps");
  if (const auto map = reader.find("static_map")) {
    for (const auto& [from, to] : map->entries()) {
      const bool is_empty = to.kind() == YamlNode::Kind::kNull;
      decoder.static_map[from] = is_empty ? "" : to.text().value_or("");
    }
  }
  return decoder;
}

LabelConfig read_label(const ValueReader& value) {
  const MappingReader reader(value, {"name", "size", "padding", "decoders"});
  LabelConfig label;
  reader.read_text("name", label.name);
  if (!is_identifier(label.name) || label.name.starts_with("__")) {
    reader.fault_at("name", in_quotes(label.name) + " is no label name; letters, digits and _ are");
  }
  reader.read_integer("size", label.size, {1, kFieldBytesMax});
  reader.read_integer("padding", label.padding, {0, kFieldBytesMax});
  if (const auto decoders = reader.find("decoders")) {
    for (const ValueReader& decoder : decoders->items()) {
      label.decoders.push_back(read_decoder(decoder));
    }
  }
  if (label.decoders.empty() && label.size != 0) {
    reader.fault("needs decoders for its bytes (without a size, both come from BTF)");
  }
  return label;
}

}  // namespace

std::vector<LabelConfig> read_labels(const ValueReader& list) {
  std::vector<LabelConfig> labels;
  std::set<std::string> names;
  for (const ValueReader& item : list.items()) {
    labels.push_back(read_label(item));
    if (!names.insert(labels.back().name).second) {
      item.fault("a second label is called " + in_quotes(labels.back().name));
    }
  }
  return labels;
}

void refuse_le(const MappingReader& metric, std::span<const LabelConfig> labels) {
  const bool has_le = std::any_of(labels.begin(), labels.end(),
                                  [](const LabelConfig& label) { return label.name == "le"; });
  if (has_le) metric.fault_at("labels", "may not be called \"le\", which a histogram's bounds are");
}

std::vector<std::string> read_texts(const MappingReader& reader, std::string_view key) {
  std::vector<std::string> texts;
  const auto list = reader.find(key);
  if (!list) return texts;
  for (const ValueReader& item : list->items()) {
    if (auto text = item.text()) texts.push_back(std::move(*text));
  }
  return texts;
}

}  // namespace bpfpush
