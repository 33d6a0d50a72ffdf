#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "env/clock.hpp"
#include "sender/day_budget.hpp"

namespace bpfpush {

// One endpoint's link: what requests take of it, and, where a day's bytes are counted, which
// snapshots go.
class MeteredLink {
 public:
  struct Options {
    std::uint64_t bytes_per_day_max = 0;  // 0: no limit
    std::chrono::nanoseconds push_interval{};
    bool is_tls = false;
  };

  explicit MeteredLink(const Options& options)
      : budget_(options.bytes_per_day_max, options.push_interval), is_tls_(options.is_tls) {}

  const DayBudget& budget() const { return budget_; }

  // A request with such a body was made. The bytes that it took, about.
  std::size_t take(BootTime now, std::size_t body_bytes) {
    const auto idle = last_ ? now - *last_ : std::chrono::nanoseconds::max();
    const std::size_t bytes = wire_bytes(body_bytes, is_tls_, idle);
    budget_.spend(now, bytes);
    last_ = now;
    return bytes;
  }

  // A snapshot is through.
  void finish_snapshot() {
    budget_.finish_snapshot();
    to_pass_.reset();
  }

  // Is the oldest of those that wait to be passed over? One push stands for many snapshots; the
  // last one of all for all.
  bool passes_over(std::uint64_t pending, bool is_last_push) {
    if (!budget_.is_limited() || pending <= 1) return false;
    if (!to_pass_) to_pass_ = is_last_push ? pending - 1 : budget_.to_pass(pending);
    if (*to_pass_ == 0) return false;
    *to_pass_ -= 1;
    return true;
  }

 private:
  DayBudget budget_;
  bool is_tls_;
  std::optional<BootTime> last_;
  std::optional<std::uint64_t> to_pass_;  // of the next push; to be decided
};

}  // namespace bpfpush
