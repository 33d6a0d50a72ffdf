#include "receiver/series_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/utf8.hpp"

namespace bpfpush {
namespace {

constexpr std::size_t kShownBytesMax = 200;

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
}

}  // namespace

std::string quote(std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text.substr(0, kShownBytesMax));
  return '"' + to_valid_utf8(escaped) + (text.size() > kShownBytesMax ? "...\"" : "\"");
}

const std::string_view* find_label(const ReceivedSeries& series, std::string_view name) {
  const auto found = std::find_if(series.labels.begin(), series.labels.end(),
                                  [name](const LabelView& label) { return label.name == name; });
  return found == series.labels.end() ? nullptr : &found->value;
}

std::string series_key(const ReceivedSeries& series, std::string_view left_out,
                       std::string_view name_end) {
  std::vector<LabelView> labels;
  std::string key;
  for (const LabelView& label : series.labels) {
    if (label.name == "__name__" && key.empty()) {
      std::string_view name = label.value;
      if (name.ends_with(name_end)) name.remove_suffix(name_end.size());
      append_escaped(key, name);
    } else if (left_out.empty() || label.name != left_out) {
      labels.push_back(label);
    }
  }
  std::sort(labels.begin(), labels.end(), [](const LabelView& a, const LabelView& b) {
    return std::tie(a.name, a.value) < std::tie(b.name, b.value);
  });
  key += '{';
  for (const LabelView& label : labels) {
    if (key.back() != '{') key += ", ";
    append_escaped(key, label.name);
    key += "=\"";
    append_escaped(key, label.value);
    key += '"';
  }
  return key + '}';
}

std::string shorten(std::string_view key) {
  if (key.size() <= kShownBytesMax) return to_valid_utf8(key);
  return to_valid_utf8(key.substr(0, kShownBytesMax)) + "...";
}

}  // namespace bpfpush
