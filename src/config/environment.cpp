#include "config/environment.hpp"

#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "config/faults.hpp"
#include "config/names.hpp"

namespace bpfpush {

Result<std::string> expand_environment(std::string_view text, const Environment& environment) {
  std::string expanded;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("$$")) {
      expanded += '$';
      at += 2;
      continue;
    }
    if (!rest.starts_with("${")) {
      expanded += rest[0];
      at += 1;
      continue;
    }
    const std::size_t end = rest.find('}');
    const std::string name(rest.substr(2, end == rest.npos ? end : end - 2));
    if (end == rest.npos || !is_identifier(name)) {
      return Error(Errc::kInvalidConfig,
                   in_quotes(rest) + " is no variable; write ${NAME}, or $${ for a literal ${");
    }
    const std::optional<std::string> value = environment(name);
    if (!value) {
      return Error(Errc::kInvalidConfig, "the environment variable " + name +
                                             " is not set; set it, or write the value here");
    }
    expanded += *value;
    at += end + 1;
  }
  return expanded;
}

bool has_variable(std::string_view text) {
  for (std::size_t at = text.find('$'); at < text.size(); at = text.find('$', at)) {
    if (text.substr(at).starts_with("${")) return true;
    at += 2;  // "$$", or a "$" that stands for itself and what it stands before
  }
  return false;
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    // An empty host name would make the series of two hosts one.
    if (value != nullptr && (name != "HOSTNAME" || *value != 0)) return value;
    if (name != "HOSTNAME") return std::nullopt;
    // Shells set HOSTNAME without exporting it, and systemd does not set it at all.
    char host[HOST_NAME_MAX + 1] = {};
    if (::gethostname(host, sizeof host - 1) != 0) return std::nullopt;
    return host;
  };
}

}  // namespace bpfpush
