#include "config/faults.hpp"

namespace bpfpush {
namespace {

// What a person reads before mending the first of them.
constexpr std::size_t kFaultsShownMax = 50;
constexpr std::size_t kQuotedBytesMax = 60;

std::string printable(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) c = '?';
  }
  return shown;
}

}  // namespace

void Faults::add(int line, std::string_view path, std::string_view what) {
  std::string text = where(line) + ": ";
  if (!path.empty()) text.append(printable(path)).append(": ");
  faults_.emplace(line, text.append(what));
}

std::string Faults::where(int line) const {
  return file_ + ":" + std::to_string(line);
}

Error Faults::error() const {
  std::string text;
  std::size_t shown = 0;
  for (const auto& [line, fault] : faults_) {
    if (shown == kFaultsShownMax) break;
    if (shown++ > 0) text += '\n';
    text += fault;
  }
  if (faults_.size() > shown) {
    text += "\n" + file_ + ": and " + std::to_string(faults_.size() - shown) + " more faults";
  }
  return {Errc::kInvalidConfig, std::move(text)};
}

std::string in_quotes(std::string_view text) {
  const bool long_one = text.size() > kQuotedBytesMax;
  return "\"" + printable(text.substr(0, kQuotedBytesMax)) + (long_one ? "...\"" : "\"");
}

}  // namespace bpfpush
