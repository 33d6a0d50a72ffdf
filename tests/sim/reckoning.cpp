#include "sim/reckoning.hpp"

#include <numeric>

namespace bpfpush::sim {
namespace {

std::uint64_t count_of(const Row& row) {
  return std::accumulate(row.begin() + 1, row.end(), std::uint64_t{0});
}

std::uint64_t passed(const SenderCounters& counters) {
  return counters.snapshots_delivered + counters.snapshots_rejected + counters.snapshots_skipped;
}

}  // namespace

void Account::begin_life(const EndpointState& state) {
  pending_at_begin_ = state.backlog.pending_snapshots;
}

void Account::check(const EndpointState& state, std::uint64_t collected, const Fail& fail) const {
  const SpoolState& spool = state.backlog;
  const std::uint64_t in = pending_at_begin_ + collected;
  const std::uint64_t out = spool.passed_snapshots + spool.thinned_snapshots +
                            spool.evicted_snapshots + spool.damaged_snapshots +
                            spool.pending_snapshots;
  if (in != out) {
    fail(state.name + ": " + std::to_string(pending_at_begin_) + " found + " +
         std::to_string(collected) + " collected = " + std::to_string(in) + ", but " +
         std::to_string(spool.passed_snapshots) + " passed + " +
         std::to_string(spool.thinned_snapshots) + " thinned + " +
         std::to_string(spool.evicted_snapshots) + " evicted + " +
         std::to_string(spool.damaged_snapshots) + " damaged + " +
         std::to_string(spool.pending_snapshots) + " pending");
  }
  if (spool.passed_snapshots != passed(state.counters)) {
    fail(state.name + ": " + std::to_string(spool.passed_snapshots) + " passed, but " +
         std::to_string(state.counters.snapshots_delivered) + " delivered + " +
         std::to_string(state.counters.snapshots_rejected) + " rejected + " +
         std::to_string(state.counters.snapshots_skipped) + " skipped");
  }
}

void Account::end_life(const EndpointState& state) {
  pending_at_end_ = state.backlog.pending_snapshots;
  losses_ += state.backlog.evicted_snapshots + state.backlog.damaged_snapshots +
             state.counters.snapshots_rejected + state.counters.snapshots_skipped;
  thinned_ += state.backlog.thinned_snapshots;
}

void compare_all(const Truth& truth, const Receiver& receiver, std::uint64_t losses,
                 const Account::Fail& fail) {
  if (receiver.is_disordered()) return;
  // The last collection of each life that came carries all that was counted until then. Those
  // after it must have been counted as lost.
  std::uint64_t lacking = 0;
  int covered = INT32_MAX;  // the life that the collections at hand are covered in
  for (std::uint64_t number = truth.collections(); number > 0; --number) {
    const int life = truth.collection(number).life;
    if (receiver.collections().contains(number)) covered = life;
    lacking += life != covered;
  }
  if (lacking > losses && !receiver.forgot()) {
    fail("of " + std::to_string(lacking) + " collections nothing came, and only " +
         std::to_string(losses) + " are known to be lost");
  }
  for (const auto& [series, changes] : truth.series()) {
    const Receiver::Sum sum = receiver.sum(series);
    if (losses > 0 || receiver.forgot()) continue;
    std::uint64_t want = 0;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      std::size_t next = i + 1;
      while (next < changes.size() && !changes[next].row) ++next;
      const bool is_last = next >= changes.size() || changes[next].epoch != changes[i].epoch;
      if (changes[i].row && is_last) want += count_of(*changes[i].row);
    }
    if (sum.increase == want) continue;
    fail(series + " increased by " + std::to_string(want) + ", and at the receiver by " +
         std::to_string(sum.increase));
  }
}

void compare_last(const Truth& truth, const std::map<std::string, std::uint64_t>& counts,
                  const Receiver& receiver, std::uint64_t losses, const Account::Fail& fail) {
  if (!receiver.collections().contains(truth.collections()) || receiver.is_disordered()) return;
  for (const auto& [series, count] : counts) {
    const bool is_there = truth.at(series, truth.collections()) != nullptr;
    const bool is_sure = is_there ? !receiver.refused_new() : losses == 0 && !receiver.forgot();
    const std::uint64_t last = receiver.sum(series).last.value_or(0);
    if (!is_sure || last == count) continue;
    fail(series + " counted " + std::to_string(count) + ", and the receiver's last sample says " +
         std::to_string(last));
  }
}

}  // namespace bpfpush::sim
