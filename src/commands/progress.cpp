#include "commands/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace bpfpush {
namespace {

constexpr std::uint64_t kWidth = 50;
constexpr std::uint64_t kPercentEachLine = 10;

}  // namespace

Progress::Progress(std::string what, std::uint64_t all)
    : what_(std::move(what)), all_(all), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_terminal_) std::fprintf(stderr, "\r%*s\r", static_cast<int>(kWidth) + 8, "");
}

void Progress::show(std::uint64_t done) {
  if (all_ == 0) return;
  const std::uint64_t each = is_terminal_ ? 1 : kPercentEachLine;
  const std::uint64_t percent = std::min(done, all_) * 100 / all_ / each * each;
  if (percent == std::exchange(percent_, percent)) return;
  if (is_terminal_) {
    const std::string bar(percent * kWidth / 100, '#');
    std::fprintf(stderr, "\r[%-*s] %3u%%", static_cast<int>(kWidth), bar.c_str(),
                 static_cast<unsigned>(percent));
  } else {
    std::fprintf(stderr, "bpfpush: %u%% of %llu %s\n", static_cast<unsigned>(percent),
                 static_cast<unsigned long long>(all_), what_.c_str());
  }
}

}  // namespace bpfpush
