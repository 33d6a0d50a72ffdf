#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bpfpush::tidy {

// A file of the repository, its text, and its text without what is no code.
struct SourceFile {
  SourceFile(std::string path, std::string text);

  // The folders and the name, as a prefix and a suffix of the path.
  bool is_under(std::string_view folder) const { return path.starts_with(folder); }
  bool has_suffix(std::string_view suffix) const { return path.ends_with(suffix); }
  bool is_cpp() const { return has_suffix(".cpp") || has_suffix(".hpp"); }
  bool is_code() const { return is_cpp() || has_suffix(".h") || has_suffix(".c"); }

  std::size_t line_of(std::size_t offset) const;

  std::string path;  // below the root, with "/"
  std::string text;
  // As long as `text`, with the same lines; comments, and what literals hold, are spaces. Of .cpp,
  // .hpp, .h and .c only.
  std::string code;
};

std::vector<std::string_view> lines_of(std::string_view text);

// Every file below `root`, sorted by path, but for build folders and what version control keeps for
// itself.
std::vector<SourceFile> read_tree(const std::string& root);

}  // namespace bpfpush::tidy
