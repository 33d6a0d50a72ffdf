#include "tidy/checks.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>

namespace bpfpush::tidy {
namespace {

struct BannedWords {
  std::vector<std::string_view> words;
  const char* allowed;  // of a path; "" is nowhere
  const char* remedy;
};
const std::vector<BannedWords> kBannedWords = {
    {{"steady_clock::now", "system_clock::now", "high_resolution_clock::now", "utc_clock::now"},
     "src/env/",
     "ask Clock"},
    {{"random_device"}, "src/env/", "ask Random"},
    // The load of `demo` is blocking I/O on purpose: it is what the kernel is to measure.
    {{"::open(", "fopen(", "fsync("}, "src/env/|src/commands/demo_load\\.", "ask Filesystem"},
    {{"std::thread", "std::jthread", "std::async", "std::mutex"},
     "src/env/|src/commands/demo_load\\.",
     "there is one thread, and one loop"},
    {{"sleep_for(", "usleep(", "nanosleep("}, "src/commands/demo_load\\.", "wait with Clock"},
    {{"detached"}, "", "await the coroutine: lifetimes nest"},
    {{"shared_from_this", "enable_shared_from_this"}, "", "let the caller own it: lifetimes nest"},
};

const std::string_view kReminders[] = {"TODO", "FIXME", "XXX", "HACK"};

bool begins_with(const std::string& text, const char* expression) {
  return std::regex_search(text, std::regex(expression), std::regex_constants::match_continuous);
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The lines at which `word` stands, not as a part of another word.
std::vector<std::size_t> lines_with(const SourceFile& file, const std::string& text,
                                    std::string_view word) {
  std::vector<std::size_t> found;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if (at > 0 && is_word(text[at - 1])) continue;
    if (end < text.size() && is_word(word.back()) && is_word(text[end])) continue;
    found.push_back(file.line_of(at));
  }
  return found;
}

std::string folder_of(const std::string& path) {
  const std::size_t end = path.rfind('/');
  return end == path.npos ? "" : path.substr(0, end);
}

// Whether a CMakeLists.txt names the file, whole or as "${name}.cpp" in a loop over names.
bool is_named(const std::string& list, const std::string& name) {
  const auto has_word = [&](const std::string& word) {
    const std::string escaped = std::regex_replace(word, std::regex("\\."), "\\.");
    return std::regex_search(list, std::regex("(^|[\\s(/\"])" + escaped + "($|[\\s)\"])"));
  };
  const bool loops = list.find("}.cpp") != list.npos;
  return has_word(name) || (loops && has_word(name.substr(0, name.rfind('.'))));
}

// A tab of BPF C goes to the next multiple of eight; a character of UTF-8 is one column.
std::size_t columns(std::string_view line) {
  std::size_t count = 0;
  for (const char c : line) {
    if (c == '\t') {
      count += 8 - count % 8;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++count;
    }
  }
  return count;
}

}  // namespace

std::string violation(const SourceFile& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

Violations check_banned_words(const SourceFile& file) {
  Violations found;
  if (!file.is_under("src/")) return found;
  for (const BannedWords& banned : kBannedWords) {
    if (*banned.allowed != '\0' && begins_with(file.path, banned.allowed)) continue;
    for (const std::string_view word : banned.words) {
      const std::string what = "no " + std::string(word) + " here; " + banned.remedy;
      for (const std::size_t line : lines_with(file, file.code, word)) {
        found.push_back(violation(file, line, what));
      }
    }
  }
  return found;
}

Violations check_reminders(const SourceFile& file) {
  Violations found;
  if (file.is_under("tests/tidy/")) return found;  // the words themselves
  for (const std::string_view word : kReminders) {
    const std::string what = "no " + std::string(word) + " here; open an issue";
    for (const std::size_t line : lines_with(file, file.text, word)) {
      found.push_back(violation(file, line, what));
    }
  }
  return found;
}

Violations check_file_length(const SourceFile& file) {
  const bool limited = file.is_code() && (file.is_under("src/") || file.is_under("bpf/"));
  const std::size_t count = lines_of(file.text).size();
  if (!limited || count <= kFileLinesMax) return {};
  return {violation(file, count,
                    "the file has " + std::to_string(count) + " lines; at most " +
                        std::to_string(kFileLinesMax))};
}

Violations check_line_length(const SourceFile& file) {
  Violations found;
  if (!file.is_code()) return found;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (columns(line) <= kColumnsMax) continue;
    found.push_back(violation(file, number,
                              "the line has " + std::to_string(columns(line)) +
                                  " columns; at most " + std::to_string(kColumnsMax)));
  }
  return found;
}

Violations check_pragma_once(const SourceFile& file) {
  const bool header = file.has_suffix(".hpp") || file.has_suffix(".h");
  if (!header || file.code.find("#pragma once") != file.code.npos) return {};
  return {violation(file, 1, "the header has no #pragma once")};
}

Violations check_files_are_built(const std::vector<SourceFile>& tree) {
  std::map<std::string, const SourceFile*> lists;  // by folder
  for (const SourceFile& file : tree) {
    if (file.has_suffix("/CMakeLists.txt")) lists[folder_of(file.path)] = &file;
  }
  const auto names = [&](const std::string& folder, const std::string& name) {
    const auto list = lists.find(folder);
    return list != lists.end() && is_named(list->second->text, name);
  };
  Violations found;
  for (const SourceFile& file : tree) {
    if (!file.has_suffix(".cpp")) continue;
    const std::string folder = folder_of(file.path);
    const std::string above = folder_of(folder);
    if (names(folder, file.path.substr(folder.size() + 1))) continue;
    if (names(above, file.path.substr(above.size() + 1))) continue;
    found.push_back(violation(file, 1, "no CMakeLists.txt names this file; add it or delete it"));
  }
  return found;
}

Violations check_top_level(const std::vector<SourceFile>& tree) {
  static const std::set<std::string> kAllowed = {"CMakeLists.txt",
                                                 "CMakePresets.json",
                                                 "LICENSE",
                                                 "README.md",
                                                 "bootstrap.sh",
                                                 "benchmarks",
                                                 "bpf",
                                                 "configs",
                                                 "proto",
                                                 "src",
                                                 "tests"};
  Violations found;
  std::set<std::string> seen;
  for (const SourceFile& file : tree) {
    const std::string name = file.path.substr(0, file.path.find('/'));
    if (name.starts_with('.') || kAllowed.contains(name) || !seen.insert(name).second) continue;
    found.push_back(name + ":1: does not belong at the top level; find it a folder");
  }
  return found;
}

}  // namespace bpfpush::tidy
