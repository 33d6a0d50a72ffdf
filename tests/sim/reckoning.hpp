#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "agent/self_metrics.hpp"
#include "sim/receiver.hpp"
#include "sim/truth.hpp"

namespace bpfpush::sim {

// What became of one endpoint's snapshots, over all lives of the agent.
class Account {
 public:
  using Fail = std::function<void(const std::string&)>;

  // A life begins, and finds so many pending.
  void begin_life(const EndpointState& state);
  // At any moment of a life: nothing but what was collected is in it, and all of that.
  void check(const EndpointState& state, std::uint64_t collected, const Fail& fail) const;
  void end_life(const EndpointState& state);

  // So many that were collected last are neither on the disk nor at the receiver.
  void lost(std::uint64_t snapshots) { losses_ += snapshots; }

  std::uint64_t pending_at_end() const { return pending_at_end_; }
  // Snapshots of which the receiver may lack some series, or all.
  std::uint64_t losses() const { return losses_; }
  std::uint64_t thinned() const { return thinned_; }

 private:
  std::uint64_t pending_at_begin_ = 0;
  std::uint64_t pending_at_end_ = 0;
  std::uint64_t losses_ = 0;
  std::uint64_t thinned_ = 0;
};

// What a receiver has in the end, compared with what there was. `losses` is how many snapshots it
// may lack; if none, everything is exact.
void compare_all(const Truth& truth, const Receiver& receiver, std::uint64_t losses,
                 const Account::Fail& fail);

// Its last samples, compared with what the kernel has counted: of all series if there were no
// losses, else of those that the last collection has, if that came.
void compare_last(const Truth& truth, const std::map<std::string, std::uint64_t>& counts,
                  const Receiver& receiver, std::uint64_t losses, const Account::Fail& fail);

}  // namespace bpfpush::sim
