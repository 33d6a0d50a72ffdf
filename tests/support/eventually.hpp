#pragma once

#include <chrono>
#include <functional>

namespace bpfpush {

// Asks until the answer is yes or `timeout` has passed, and returns the last answer. Only for
// waiting on other processes and on the kernel, which cannot be told the time; everything else is
// tested on a simulated clock.
bool eventually(std::chrono::milliseconds timeout, const std::function<bool()>& condition);

}  // namespace bpfpush
