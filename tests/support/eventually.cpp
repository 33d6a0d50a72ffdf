#include "support/eventually.hpp"

#include <poll.h>

namespace bpfpush {
namespace {

constexpr std::chrono::milliseconds kPause{20};

}  // namespace

bool eventually(std::chrono::milliseconds timeout, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    ::poll(nullptr, 0, static_cast<int>(kPause.count()));
  }
}

}  // namespace bpfpush
