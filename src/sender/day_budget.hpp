#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "env/clock.hpp"

namespace bpfpush {

// Bytes that a request takes of a link, about: its body, its headers and the answer's, and what
// TCP/IP puts around each packet. Of a new connection over TLS, the handshake too: connections that
// were idle for more than two minutes are made anew.
std::size_t wire_bytes(std::size_t body_bytes, bool is_tls, std::chrono::nanoseconds idle);

// Keeps what goes over a metered link within so many bytes in any 24 hours, by pushing less often.
// Counts are cumulative: every push holds all observations there were until then, so nothing is
// lost but resolution in time. Evenly: a 24th of the day's bytes may go at once, at most, and the
// rest comes back by the second.
class DayBudget {
 public:
  // 0: no limit. `push_interval` is how often there is a snapshot.
  DayBudget(std::uint64_t bytes_per_day, std::chrono::nanoseconds push_interval);

  bool is_limited() const { return bytes_per_day_ > 0; }

  // A request took that much of the link; with the last of a snapshot's, the snapshot is through.
  void spend(BootTime now, std::size_t bytes);
  void finish_snapshot();

  // How long to wait until a snapshot as large as the last ones may go.
  std::chrono::nanoseconds wait(BootTime now) const;

  // How many of the snapshots that wait are to be passed over, so that the next takes their place:
  // of those that came since the last push all but the newest, and of a backlog an eighth, so that
  // it goes out in few pushes and what is newer has more of them.
  std::uint64_t to_pass(std::uint64_t pending) const;

  // How far apart pushes are, as long as they stay as large; the push interval without a limit.
  std::chrono::nanoseconds interval() const;

 private:
  double bytes_in(std::chrono::nanoseconds span) const;
  std::chrono::nanoseconds span_of(double bytes) const;

  std::uint64_t bytes_per_day_;
  std::chrono::nanoseconds push_interval_;
  double room_;          // bytes that may go now; below 0 after what was larger than expected
  BootTime room_at_{};   // when that was
  double snapshot_ = 0;  // bytes so far of the one that is going out
  double usual_ = 0;     // bytes of a snapshot, smoothed
};

}  // namespace bpfpush
