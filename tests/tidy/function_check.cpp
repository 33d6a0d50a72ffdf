#include <regex>

#include "tidy/checks.hpp"

// The length of functions, told from braces: outside functions, one opens a scope (a namespace, a
// type), an initializer or a function's body, and what stands before it says which.
namespace bpfpush::tidy {
namespace {

enum class Brace { kScope, kInitializer, kFunction };

Brace classify(const std::string& head) {
  static const std::regex kScope(R"(\b(namespace|class|struct|union|enum|extern)\b)");
  static const std::regex kParameters(R"(\)[^()]*$)");
  if (head.empty()) return Brace::kFunction;  // after a constructor's `: member_{...}`
  if (head.find_last_of("=(,") == head.size() - 1) return Brace::kInitializer;
  if (std::regex_search(head, kParameters)) return Brace::kFunction;
  return std::regex_search(head, kScope) ? Brace::kScope : Brace::kInitializer;
}

// Directives have no place in what precedes a brace.
std::string without_directives(const SourceFile& file) {
  std::string code;
  bool continued = false;
  for (const std::string_view line : lines_of(file.code)) {
    const std::size_t first = line.find_first_not_of(" \t");
    const bool directive = continued || (first != line.npos && line[first] == '#');
    continued = directive && line.ends_with('\\');
    code += directive ? std::string(line.size(), ' ') : std::string(line);
    code += '\n';
  }
  return code;
}

class FunctionScanner {
 public:
  explicit FunctionScanner(const SourceFile& file) : file_(file), code_(without_directives(file)) {}

  Violations run() && {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      if (code_[at] == '{') open(at);
      if (code_[at] == '}') close(at);
      if (function_depth_ == 0 && (code_[at] == ';' || is_access_colon(at))) begin_ = at + 1;
    }
    return std::move(found_);
  }

 private:
  // The colon after "public", "protected" or "private".
  bool is_access_colon(std::size_t at) const {
    if (code_[at] != ':') return false;
    const std::string_view before = std::string_view(code_).substr(0, at);
    return before.ends_with("public") || before.ends_with("protected") ||
           before.ends_with("private");
  }

  void open(std::size_t at) {
    const std::size_t last = code_.find_last_not_of(" \t\n", at - (at > 0 ? 1 : 0));
    if (function_depth_ > 0) {
      ++function_depth_;
      if (table_depth_ > 0 || last == code_.npos || code_[last] != '=') return;
      table_depth_ = function_depth_;
      table_begin_ = at;
      return;
    }
    const std::size_t first = code_.find_first_not_of(" \t\n", begin_);
    const std::string head = first < at ? code_.substr(first, last + 1 - first) : "";
    if (classify(head) == Brace::kFunction) {
      function_depth_ = 1;
      function_begin_ = first;
      table_lines_ = 0;
    }
    begin_ = at + 1;
  }

  void close(std::size_t at) {
    begin_ = function_depth_ > 1 ? begin_ : at + 1;
    if (function_depth_ == 0) return;
    if (function_depth_ == table_depth_) {
      table_depth_ = 0;
      table_lines_ += file_.line_of(at) - file_.line_of(table_begin_);
    }
    if (--function_depth_ > 0) return;
    const std::size_t line = file_.line_of(function_begin_);
    const std::size_t count = file_.line_of(at) - line + 1 - table_lines_;
    if (count <= kFunctionLinesMax) return;
    found_.push_back(violation(file_, line,
                               "the function has " + std::to_string(count) + " lines; at most " +
                                   std::to_string(kFunctionLinesMax)));
  }

  const SourceFile& file_;
  std::string code_;
  std::size_t begin_ = 0;  // of what precedes the next brace
  std::size_t function_begin_ = 0;
  int function_depth_ = 0;       // braces open since the function's
  std::size_t table_begin_ = 0;  // of the initializer that is open in it
  int table_depth_ = 0;          // as function_depth_ in that initializer; 0: none is open
  std::size_t table_lines_ = 0;  // of the function's initializers, but for the first line of each
  Violations found_;
};

}  // namespace

Violations check_function_length(const SourceFile& file) {
  if (!file.is_code()) return {};
  return FunctionScanner(file).run();
}

}  // namespace bpfpush::tidy
