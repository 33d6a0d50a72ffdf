#include "receiver/request_head.hpp"

#include <algorithm>

namespace bpfpush {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Cuts `text` at the first `separator`, of which `text` keeps what follows.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view taken = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<WriteVersion> meant_version(std::string_view content_type) {
  if (!same_ignoring_case(take_until(content_type, ';'), kContentTypeOfV1)) return std::nullopt;
  auto version = WriteVersion::kV1;
  while (!content_type.empty()) {
    std::string_view parameter = take_until(content_type, ';');
    const std::string_view name = take_until(parameter, '=');
    if (!same_ignoring_case(name, "proto")) continue;
    const std::string_view message = trim(parameter);
    if (message == "io.prometheus.write.v2.Request") {
      version = WriteVersion::kV2;
    } else if (message != "prometheus.WriteRequest") {
      return std::nullopt;
    }
  }
  return version;
}

}  // namespace bpfpush
