#pragma once

#include <chrono>
#include <optional>

#include "env/clock.hpp"
#include "spool/spool.hpp"

namespace bpfpush {

// What is known of the time when a snapshot is about to be sent.
struct TimeView {
  BootId boot_id{};
  std::chrono::nanoseconds since_boot{};
  WallTime wall;
  bool synchronized = false;  // as the kernel says of `wall`
  // The receiver's date, as it said with an answer, less `since_boot` then.
  std::optional<std::chrono::nanoseconds> receiver = {};
};

// A date before this is that of a host whose clock nobody has set yet: 2023-01-01.
constexpr WallTime kEarliest{std::chrono::seconds(1'672'531'200)};

// As far as a timestamp may be ahead of the receiver's date: 5 minutes, less what that date may be
// off, being in whole seconds and a while on its way.
constexpr std::chrono::seconds kAheadMax{290};

// The timestamp of a snapshot's samples. `last` is that of the snapshot sent to this endpoint
// before, if any: timestamps ascend. Nothing while it cannot be known, which may change.
//
// A snapshot of this boot is stamped by how long ago it was taken, and so right even if the clock
// was set only after it, or was wrong in between. Where the clock is more than kAheadMax ahead of
// the receiver's date that date counts instead; also where it is as far behind and not
// synchronized. A snapshot of an earlier boot keeps the date it was taken with. If that was no date
// yet, or is still to come, it is stamped with the beginning of this boot, the latest it can have
// been taken.
std::optional<WallTime> stamp(const Instant& taken, const TimeView& now,
                              std::optional<WallTime> last);

// Follows the dates a receiver answers with.
class ReceiverClock {
 public:
  // The date of an answer that has just come.
  void heard(WallTime date, BootTime now);

  // As TimeView::receiver has it.
  std::optional<std::chrono::nanoseconds> offset() const { return offset_; }

 private:
  std::optional<std::chrono::nanoseconds> offset_;
};

}  // namespace bpfpush
