#include "probe/libbpf_log.hpp"

#include <bpf/libbpf.h>

#include <cstdio>
#include <string_view>
#include <vector>

#include "base/check.hpp"

namespace bpfpush {
namespace {

// libbpf has one print function for the whole process and hands it no context.
LibbpfLog* current = nullptr;

constexpr std::string_view kOfProgram = "libbpf: prog '";

// A map whose value the loader made larger than its type says: no failure, and none of our concern.
constexpr std::string_view kRetrying = "Retrying without BTF.";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string libbpf_message(int error) {
  char text[128];
  libbpf_strerror(error, text, sizeof text);
  return text;
}

LibbpfLog::LibbpfLog() {
  CHECK(current == nullptr);
  current = this;
  libbpf_set_print([](libbpf_print_level level, const char* format, va_list arguments) {
    return collect(level, format, arguments);
  });
}

LibbpfLog::~LibbpfLog() {
  current = nullptr;
  libbpf_set_print(nullptr);
}

int LibbpfLog::collect(int level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN) return 0;
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (size <= 0) return size;
  // A verifier's log is one message of any length, its reason at the end.
  std::string& text = current->text_;
  const std::size_t start = text.size();
  text.resize(start + static_cast<std::size_t>(size) + 1);
  std::vsnprintf(text.data() + start, static_cast<std::size_t>(size) + 1, format, arguments);
  text.pop_back();
  return size;
}

std::string LibbpfLog::reason() const {
  const auto lines = lines_of(text_);
  // The verifier's log stands between these marks; its last line but the statistics is the
  // complaint.
  for (std::size_t i = lines.size(); i-- > 1;) {
    if (lines[i].starts_with("processed ")) return std::string(lines[i - 1]);
  }
  // Else the first complaint is the cause, and those behind it what came of it.
  for (const std::string_view line : lines) {
    if (!line.ends_with(kRetrying)) return std::string(line);
  }
  return {};
}

std::string LibbpfLog::last_program() const {
  const std::size_t last = text_.rfind(kOfProgram);
  if (last == std::string::npos) return {};
  const std::size_t name = last + kOfProgram.size();
  return text_.substr(name, text_.find('\'', name) - name);
}

}  // namespace bpfpush
