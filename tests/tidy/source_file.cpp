#include "tidy/source_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace bpfpush::tidy {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Goes through C++ and blanks what is no code. It knows comments, string and character literals,
// raw strings and digit separators: all that formatted code has.
class Blanker {
 public:
  explicit Blanker(std::string text) : code_(std::move(text)) {}

  std::string run() && {
    while (at_ < code_.size()) {
      if (rest().starts_with("//")) {
        blank_until("\n", 0);
      } else if (rest().starts_with("/*")) {
        blank_until("*/", 2);
      } else if (rest().starts_with("R\"") && !follows_word()) {
        blank_raw_string();
      } else if (code_[at_] == '"' || (code_[at_] == '\'' && !follows_word())) {
        blank_literal(code_[at_]);
      } else {
        ++at_;
      }
    }
    return std::move(code_);
  }

 private:
  std::string_view rest() const { return std::string_view(code_).substr(at_); }
  bool follows_word() const { return at_ > 0 && is_word(code_[at_ - 1]); }

  void blank(std::size_t end) {
    end = std::min(end, code_.size());
    for (; at_ < end; ++at_) {
      if (code_[at_] != '\n') code_[at_] = ' ';
    }
  }

  // Blanks up to the next `end`, and the first `also` characters of that.
  void blank_until(std::string_view end, std::size_t also) {
    const std::size_t found = code_.find(end, at_ + 2);
    blank(found == code_.npos ? code_.size() : found + also);
  }

  void blank_raw_string() {
    const std::size_t open = code_.find('(', at_);
    const std::string end = ")" + code_.substr(at_ + 2, open - at_ - 2) + "\"";
    blank_until(end, end.size());
  }

  // The quotes stay, so that "" is still an expression.
  void blank_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < code_.size() && code_[end] != quote && code_[end] != '\n') {
      end += code_[end] == '\\' ? 2 : 1;
    }
    ++at_;
    blank(end);
    ++at_;
  }

  std::string code_;
  std::size_t at_ = 0;
};

bool is_skipped(const std::string& path) {
  return path == "build" || path == ".git" || path == ".cache" || path == "compile_commands.json";
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

SourceFile::SourceFile(std::string path, std::string text)
    : path(std::move(path)), text(std::move(text)) {
  if (is_code()) code = Blanker(this->text).run();
}

std::size_t SourceFile::line_of(std::size_t offset) const {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<SourceFile> files;
  auto entry = fs::recursive_directory_iterator(root);
  for (; entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string path = entry->path().lexically_relative(root).generic_string();
    if (is_skipped(path)) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      files.emplace_back(path, read(entry->path()));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace bpfpush::tidy
