#pragma once

#include <chrono>
#include <functional>
#include <map>

#include "env/clock.hpp"

namespace bpfpush::sim {

// The time that passes for the whole world, whatever a host makes of it, and what is to happen in
// it.
class Sky {
 public:
  using Time = std::chrono::nanoseconds;  // since the world began

  static constexpr WallTime kBegin{std::chrono::milliseconds(1'700'000'000'000)};

  Time now() const { return now_; }
  WallTime date() const { return kBegin + std::chrono::floor<std::chrono::milliseconds>(now_); }

  void after(Time delay, std::function<void()> event) {
    events_.emplace(now_ + delay, std::move(event));
  }
  Time next() const { return events_.empty() ? Time::max() : events_.begin()->first; }
  void advance(Time now) { now_ = now; }
  // Lets the first event happen, which is due.
  void pop() {
    const auto event = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    event();
  }

 private:
  Time now_{};
  std::multimap<Time, std::function<void()>> events_;
};

}  // namespace bpfpush::sim
