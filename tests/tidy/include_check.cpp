#include <map>
#include <regex>
#include <set>

#include "tidy/checks.hpp"

// Who may include what: the modules' table, and who wraps which library.
namespace bpfpush::tidy {
namespace {

// Which modules each module may include, besides itself.
const std::map<std::string, std::set<std::string>> kModules = {
    {"base", {}},
    {"env", {"base"}},
    {"snapshot", {"base"}},
    {"labels", {"base", "env", "snapshot"}},
    {"probe", {"base", "snapshot"}},
    {"spool", {"base", "env", "snapshot"}},
    {"remote_write", {"base", "snapshot"}},
    {"sender", {"base", "env", "spool", "remote_write"}},
    {"receiver", {"base"}},
    {"config", {"base"}},
    {"agent",
     {"base", "env", "snapshot", "labels", "probe", "spool", "remote_write", "sender", "receiver",
      "config"}},
    {"commands",
     {"base", "env", "snapshot", "labels", "probe", "spool", "remote_write", "sender", "receiver",
      "config", "agent"}},
};

struct Library {
  const char* header;   // regular expressions, matched from the beginning
  const char* allowed;  // of a path
  const char* where;
};
const Library kLibraries[] = {
    {"bpf/", "src/probe/", "src/probe"},
    {"(histogram|filter)\\.h$", "src/probe/", "src/probe: the layout that BPF programs share"},
    {"curl/", "src/sender/curl_(\\w+\\.cpp|easy\\.hpp)$",
     "src/sender/curl_*.cpp and curl_easy.hpp"},
    {"re2/", "src/(labels/decode_regexp|remote_write/relabel|config/read_relabel)\\.cpp$",
     "src/labels/decode_regexp.cpp, and relabel.cpp and its reader"},
    {"openssl/", "src/remote_write/relabel\\.cpp$", "src/remote_write/relabel.cpp"},
    {"yaml-cpp/", "src/config/yaml\\.cpp$", "src/config/yaml.cpp"},
    {"google/protobuf/|.*\\.pb\\.h$|snappy|zstd", "src/(receiver|remote_write)/\\w+\\.cpp$",
     "the .cpp files of src/receiver and src/remote_write"},
    {"spdlog/|fmt/", "src/(base|receiver)/", "src/base (the log) and src/receiver (its view)"},
    {"boost/beast/", "src/receiver/", "src/receiver"},
    {"boost/asio", "src/(env|spool|sender|receiver|agent|commands)/",
     "modules that wait; this one is made of plain functions"},
    {"CLI/", "src/commands/", "src/commands"},
};

// The headers a file includes. What stands in a comment or a literal is none.
struct Include {
  std::size_t line = 0;
  std::string name;
  bool quoted = false;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  const auto code = lines_of(file.code);
  const auto text = lines_of(file.text);
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i].find("include") == code[i].npos) continue;
    std::cmatch match;
    if (!std::regex_search(text[i].data(), text[i].data() + text[i].size(), match, kInclude))
      continue;
    includes.push_back({i + 1, match[2].str(), match[1].str() == "\""});
  }
  return includes;
}

bool begins_with(const std::string& text, const char* expression) {
  return std::regex_search(text, std::regex(expression), std::regex_constants::match_continuous);
}

std::string first_folder(const std::string& path) {
  const std::size_t end = path.find('/');
  return end == path.npos ? "" : path.substr(0, end);
}

}  // namespace

Violations check_module_includes(const SourceFile& file) {
  Violations found;
  // What CMake reads is about all modules, and stands beside them.
  const bool is_cmake = file.has_suffix(".cmake") || file.has_suffix(".cmake.in");
  if (!file.is_under("src/") || is_cmake) return found;
  const std::string module = first_folder(file.path.substr(4));
  const auto rule = kModules.find(module);
  if (rule == kModules.end())
    return {violation(file, 1, "src/" + module + " is no module; extend the table")};
  for (const Include& include : includes_of(file)) {
    const std::string other = first_folder(include.name);
    if (!include.quoted || other.empty() || other == module || rule->second.contains(other))
      continue;
    found.push_back(violation(file, include.line, module + " may not include " + include.name));
  }
  return found;
}

Violations check_library_includes(const SourceFile& file) {
  Violations found;
  if (!file.is_under("src/")) return found;
  for (const Include& include : includes_of(file)) {
    for (const Library& library : kLibraries) {
      if (!begins_with(include.name, library.header) || begins_with(file.path, library.allowed))
        continue;
      found.push_back(violation(file, include.line, include.name + " belongs in " + library.where));
    }
  }
  return found;
}

Violations check_umbrella_includes(const SourceFile& file) {
  Violations found;
  for (const Include& include : includes_of(file)) {
    if (!begins_with(include.name, "boost/(asio|beast|beast/http|asio/experimental)\\.hpp$"))
      continue;
    found.push_back(
        violation(file, include.line, include.name + " includes all; take narrow headers"));
  }
  return found;
}

}  // namespace bpfpush::tidy
