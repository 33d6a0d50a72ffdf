#include "sender/stamp.hpp"

#include <algorithm>

namespace bpfpush {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// As much as a clock that is being slewed, or two readings of clocks one after the other, may make.
// The date that a snapshot was taken with stands then, so that sending it a second time sends the
// same.
constexpr std::chrono::seconds kSlewMax{5};

// How far a clock without a receiver's date to compare with may have been wrong before timestamps
// follow it back: as far ahead as receivers accept a sample.
constexpr std::chrono::minutes kStepBackMax{10};

constexpr std::chrono::seconds kDateJitterMax{2};

WallTime at(nanoseconds since_epoch) {
  return WallTime(std::chrono::floor<milliseconds>(since_epoch));
}

// The date less the time since boot, as far as it is known.
std::optional<nanoseconds> best_offset(const TimeView& now) {
  if (now.wall < kEarliest) return std::nullopt;
  const nanoseconds own = now.wall.time_since_epoch() - now.since_boot;
  if (!now.receiver) return own;
  const nanoseconds ahead = own - *now.receiver;
  const bool is_behind = !now.synchronized && ahead < -kAheadMax;
  return ahead > kAheadMax || is_behind ? *now.receiver : own;
}

// The latest timestamp that may be given at all.
WallTime latest(const TimeView& now, std::optional<nanoseconds> offset) {
  if (now.receiver) return at(now.since_boot + *now.receiver) + kAheadMax;
  if (offset) return at(now.since_boot + *offset) + kStepBackMax;
  return WallTime::max();
}

std::optional<WallTime> date_of(const Instant& taken, const TimeView& now,
                                std::optional<nanoseconds> offset) {
  if (taken.boot_id != now.boot_id) {
    const auto known = offset ? offset : now.receiver;
    const WallTime latest_by_now = known ? at(now.since_boot + *known) : WallTime::max();
    if (taken.wall >= kEarliest && taken.wall <= latest_by_now) return taken.wall;
    if (!offset) return std::nullopt;
    return at(*offset);
  }
  if (!offset) return std::nullopt;
  const WallTime date = at(taken.since_boot + *offset);
  const bool agrees = taken.wall - date <= kSlewMax && date - taken.wall <= kSlewMax;
  return agrees ? taken.wall : date;
}

}  // namespace

std::optional<WallTime> stamp(const Instant& taken, const TimeView& now,
                              std::optional<WallTime> last) {
  const auto offset = best_offset(now);
  const auto date = date_of(taken, now, offset);
  if (!date || !last || *date > *last) return date;
  // A last timestamp that was further ahead than any may be was refused, or never will be caught up
  // with: it is not followed.
  const WallTime next = *last + milliseconds(1);
  return next <= latest(now, offset) ? next : *date;
}

void ReceiverClock::heard(WallTime date, BootTime now) {
  if (date < kEarliest) return;
  const nanoseconds offset = date.time_since_epoch() - now.time_since_epoch();
  const bool agrees =
      offset_ && offset - *offset_ <= kDateJitterMax && *offset_ - offset <= kDateJitterMax;
  if (!agrees) offset_ = offset;
}

}  // namespace bpfpush
