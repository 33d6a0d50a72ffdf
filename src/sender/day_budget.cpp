#include "sender/day_budget.hpp"

#include <algorithm>
#include <cmath>

namespace bpfpush {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kDay = std::chrono::hours(24);

// What may go at once is a day's bytes over kShares. Together with what comes back in 24 hours, the
// rest, it is a day's bytes.
constexpr double kShares = 24;

// See wire_bytes(). Headers as we send them and as Prometheus answers, measured; with HTTP/2 they
// are fewer. A packet of 1,500 bytes has 52 of IP and TCP, and TLS adds 22 to each record.
constexpr std::size_t kHeaderBytes = 600;
constexpr std::size_t kPacketBodyBytes = 1'448;
constexpr std::size_t kPacketBytes = 104;  // with that of the acknowledgement
constexpr std::size_t kTlsBytes = 60;
constexpr std::size_t kHandshakeBytes = 5'000;  // two certificates, as is usual
constexpr std::size_t kConnectBytes = 400;
constexpr nanoseconds kIdleMax = std::chrono::seconds(118);  // libcurl's, and most servers'

// How much the last snapshot counts in what is usual.
constexpr double kWeight = 0.25;

constexpr std::uint64_t kBacklogSteps = 8;

}  // namespace

std::size_t wire_bytes(std::size_t body_bytes, bool is_tls, nanoseconds idle) {
  const std::size_t payload = body_bytes + kHeaderBytes;
  const std::size_t packets = payload / kPacketBodyBytes + 1;
  std::size_t bytes = payload + packets * kPacketBytes + (is_tls ? kTlsBytes : 0);
  if (idle > kIdleMax) bytes += kConnectBytes + (is_tls ? kHandshakeBytes : 0);
  return bytes;
}

DayBudget::DayBudget(std::uint64_t bytes_per_day, nanoseconds push_interval)
    : bytes_per_day_(bytes_per_day),
      push_interval_(push_interval),
      room_(static_cast<double>(bytes_per_day) / kShares) {}

double DayBudget::bytes_in(nanoseconds span) const {
  const double share = static_cast<double>(span.count()) / static_cast<double>(kDay.count());
  return static_cast<double>(bytes_per_day_) * (1 - 1 / kShares) * share;
}

nanoseconds DayBudget::span_of(double bytes) const {
  const double days = bytes / (static_cast<double>(bytes_per_day_) * (1 - 1 / kShares));
  // A budget that is too small for a single push a year still gets its first.
  return nanoseconds(
      static_cast<std::int64_t>(std::min(days, 365.0) * static_cast<double>(kDay.count())));
}

void DayBudget::spend(BootTime now, std::size_t bytes) {
  if (!is_limited()) return;
  const double full = static_cast<double>(bytes_per_day_) / kShares;
  if (room_at_ != BootTime()) room_ = std::min(full, room_ + bytes_in(now - room_at_));
  room_at_ = now;
  room_ -= static_cast<double>(bytes);
  snapshot_ += static_cast<double>(bytes);
}

void DayBudget::finish_snapshot() {
  if (snapshot_ == 0) return;
  usual_ = usual_ == 0 ? snapshot_ : usual_ + kWeight * (snapshot_ - usual_);
  snapshot_ = 0;
}

nanoseconds DayBudget::wait(BootTime now) const {
  if (!is_limited() || room_at_ == BootTime()) return {};
  const double full = static_cast<double>(bytes_per_day_) / kShares;
  const double room = room_ + bytes_in(now - room_at_);
  // What is larger than the bucket goes when that is full, and is paid for afterwards.
  const double missing = std::min(usual_, full) - room;
  return missing > 0 ? span_of(missing) : nanoseconds::zero();
}

std::uint64_t DayBudget::to_pass(std::uint64_t pending) const {
  if (!is_limited() || pending <= 1 || push_interval_ <= nanoseconds::zero()) return 0;
  const auto in_between = static_cast<std::uint64_t>(interval() / push_interval_);
  const std::uint64_t step = std::max(in_between + 1, pending / kBacklogSteps);
  return std::min(step, pending) - 1;
}

nanoseconds DayBudget::interval() const {
  if (!is_limited()) return push_interval_;
  return std::max(push_interval_, span_of(usual_));
}

}  // namespace bpfpush
