#include "sender/parts.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace bpfpush {

Parts::Parts(std::size_t series) {
  if (series > 0) parts_.push_back({.range = {0, series}});
}

void Parts::passed(std::size_t end) {
  passes_ += 1;
  refused(end);
}

void Parts::refused(std::size_t end) {
  cut_next_at(end);
  drop_next();
}

bool Parts::halve(std::size_t end) {
  cut_next_at(end);
  const Part& part = parts_[next_];
  if (part.range.size() == 1) return false;
  cut_next_at(part.range.begin + part.range.size() / 2);
  return true;
}

Parts::Failure Parts::failed(std::size_t end) {
  cut_next_at(end);
  if (!isolating_) begin_isolation();
  Part part = parts_[next_];
  if (part.range.size() > 1 && passes_ > 0) {
    parts_[next_] = {.range = part.range, .failed_at = passes_, .reserve = part.reserve};
    cut_next_at(part.range.begin + part.range.size() / 2);
    choose();
    return Failure::kTryOn;
  }
  const bool another_passed = part.failed_at != kNever && part.failed_at < passes_;
  if (another_passed) {
    drop_next();
    return Failure::kGiveUp;
  }
  part.failed_at = part.tried_at = passes_;
  parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(next_));
  parts_.push_back(part);
  choose();
  const bool is_untried = parts_[next_].tried_at < passes_;
  return is_untried && passes_ > 0 ? Failure::kTryOn : Failure::kWait;
}

// Makes the part to try next end there, and what is behind it a part of its own.
void Parts::cut_next_at(std::size_t end) {
  Part rest = parts_[next_];
  CHECK(end > rest.range.begin && end <= rest.range.end);
  if (end == rest.range.end) return;
  parts_[next_].range.end = rest.range.begin = end;
  parts_.insert(parts_.begin() + static_cast<std::ptrdiff_t>(next_) + 1, rest);
}

void Parts::drop_next() {
  parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(next_));
  choose();
}

// Of what is left, the last series is to show that the receiver is up, and the one before it is
// kept back for when only parts are left that failed and nothing passed since; of itself it could
// not be told. The last ones, for they are the agent's own, and plain.
void Parts::begin_isolation() {
  isolating_ = true;
  passes_ = 0;
  Part& last = parts_.back();
  for (int i = 0; i < 2 && last.range.size() > 1; ++i) {
    last.range.end -= 1;
    Part single{.range = {last.range.end, last.range.end + 1}};
    single.reserve = i == 1;
    parts_.insert(parts_.end() - i, single);
  }
}

// The first that was not tried since something passed; of those, the one kept back last. If all
// were, the one that waits longest.
void Parts::choose() {
  const auto untried = [this](bool reserve) {
    return std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
      return part.tried_at < passes_ && part.reserve == reserve;
    });
  };
  auto chosen = untried(false);
  if (chosen == parts_.end()) chosen = untried(true);
  next_ = chosen == parts_.end() ? 0 : static_cast<std::size_t>(chosen - parts_.begin());
}

}  // namespace bpfpush
