#include <cctype>
#include <regex>

#include "tidy/checks.hpp"

// Where `co_await` may stand, told from the text around it. The text is formatted: a block's brace
// has a space before it, an initializer's has none, and binary operators stand between spaces.
namespace bpfpush::tidy {
namespace {

constexpr std::string_view kSpaces = " \t\n";

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

// Whether the brace at the end of `before` begins a block of statements.
bool opens_block(std::string_view before) {
  before.remove_suffix(1);
  if (before.empty() || kSpaces.find(before.back()) == before.npos) return false;
  const std::string_view head = trimmed(before);
  return !head.empty() && std::string_view("=,(?").find(head.back()) == head.npos &&
         !head.ends_with("return");
}

// What precedes the `co_await` in its statement.
struct Head {
  std::string_view text;
  bool nested = false;  // inside brackets of that statement
};

Head head_of(std::string_view before) {
  int depth = 0;
  for (std::size_t i = before.size(); i-- > 0;) {
    const char c = before[i];
    if (c == ')' || c == ']') ++depth;
    if (c == '(' || c == '[') --depth;
    const std::string_view head = trimmed(before.substr(i + 1));
    if (depth < 0) return {head, true};
    if (depth > 0) continue;
    if (c == '{') return {head, !opens_block(before.substr(0, i + 1))};
    if (c == ';' || c == '}') return {head, false};
  }
  return {trimmed(before), false};
}

// Takes labels and what controls the statement off its head.
std::string_view without_control(std::string_view head) {
  static const std::regex kLabel(R"(^(case [\w:]+|default)\s*:(?!:)\s*)");
  static const std::regex kControl(R"(^(if|for|while|switch)(\s+constexpr)?\s*\()");
  static const std::regex kElse(R"(^(else|do)\b\s*)");
  for (;;) {
    std::cmatch match;
    const char* const end = head.data() + head.size();
    if (std::regex_search(head.data(), end, match, kLabel) ||
        std::regex_search(head.data(), end, match, kElse)) {
      head.remove_prefix(static_cast<std::size_t>(match.length()));
    } else if (std::regex_search(head.data(), end, match, kControl)) {
      auto at = static_cast<std::size_t>(match.length());
      for (int depth = 1; depth > 0 && at < head.size(); ++at) {
        depth += head[at] == '(' ? 1 : head[at] == ')' ? -1 : 0;
      }
      head = trimmed(head.substr(at));
    } else {
      return head;
    }
  }
}

bool is_statement_head(std::string_view head) {
  static const std::regex kSet(R"(^[\w:<>,&*\s\[\].>-]+?\s*[+|-]?=$)");
  return head.empty() || head == "co_return" || std::regex_match(head.begin(), head.end(), kSet);
}

// What is wrong with what follows the `co_await`, up to the end of its statement; empty if nothing
// is.
std::string tail_fault(std::string_view after) {
  static const std::regex kOperator(R"(\s([=!<>]=|[<>?%^/*+|&-]|&&|\|\|)\s)");
  int depth = 0;
  std::string outside;  // the text outside all brackets
  char previous = ' ';  // but spaces
  for (const char c : after) {
    if (c == ';' && depth == 0) break;
    if (c == '{' || c == '}') return "has braces in its expression; name the value first";
    if (c == '[' && !is_word(previous) && previous != ')' && previous != ']') {
      return "has a lambda in its expression; name it first";
    }
    if (c == ')' || c == ']') --depth;
    if (depth < 0) break;
    if (depth == 0) outside += c;
    if (c == '(' || c == '[') ++depth;
    if (kSpaces.find(c) == kSpaces.npos) previous = c;
  }
  if (std::regex_search(outside, kOperator))
    return "is part of a larger expression; name its result first";
  return {};
}

}  // namespace

Violations check_coroutines(const SourceFile& file) {
  static const std::string kWord = "co_await";
  Violations found;
  const std::string_view code = file.code;
  for (std::size_t at = code.find(kWord); at != code.npos; at = code.find(kWord, at + 1)) {
    const std::size_t end = at + kWord.size();
    if ((at > 0 && is_word(code[at - 1])) || (end < code.size() && is_word(code[end]))) continue;
    const Head head = head_of(code.substr(0, at));
    std::string fault = tail_fault(code.substr(end));
    if (head.nested || !is_statement_head(without_control(head.text))) {
      fault = "is part of a larger expression; name its result first";
    }
    if (!fault.empty()) found.push_back(violation(file, file.line_of(at), "co_await " + fault));
  }
  return found;
}

}  // namespace bpfpush::tidy
