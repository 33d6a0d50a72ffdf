#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sender/transport.hpp"
#include "sim/request.hpp"
#include "sim/swarm.hpp"
#include "sim/truth.hpp"

namespace bpfpush::sim {

// A receiver's database: each series' samples, compared with the truth as they come. What is wrong
// is told to `fail`, once and for all.
class Receiver {
 public:
  using Fail = std::function<void(const std::string&)>;

  // All but `traits` outlive this.
  Receiver(ReceiverTraits traits, const Truth& truth, Fail fail)
      : traits_(std::move(traits)), truth_(truth), fail_(std::move(fail)) {}

  const ReceiverTraits& traits() const { return traits_; }

  // A request arrives, at this date; what it is answered. `late`: its sender has given it up, and
  // may have sent newer ones meanwhile.
  HttpResponse take(std::span<const std::byte> body, WallTime date, bool late = false);

  // The agent starts, and no longer knows what it has sent last.
  void begin_life() { life_ += 1; }

  // It loses all it has.
  void forget();
  bool forgot() const { return forgot_; }

  // What was new was refused.
  bool refused_new() const { return refused_new_; }

  // It took what has not the order of the counts, see may_precede(): they cannot be told from it.
  bool is_disordered() const { return disordered_; }

  // Collections that came, in part at least.
  const std::set<std::uint64_t>& collections() const { return collections_; }
  std::set<std::uint64_t> collections_of(const std::string& series) const;

  // What a counter's samples add up to in the order of their timestamps, where a new epoch counts
  // from zero; and its last sample.
  struct Sum {
    std::uint64_t increase = 0;
    std::optional<std::uint64_t> last;
  };
  Sum sum(const std::string& series) const;

 private:
  struct Series {
    std::set<WallTime> samples;
    std::optional<WallTime> last;
    int life = 0;  // in which that came
  };

  void check(const Request& request, WallTime date, bool late);
  std::string refusal(const Request& request, WallTime date) const;
  bool is_repeat(const Request& request) const;
  bool is_repeat(const std::string& series, WallTime timestamp) const;
  bool may_precede(int life, const Request& request) const;
  bool is_taken(const Request& request, bool late);
  void store(const Request& request, bool late);
  void compare(const std::string& series, const std::optional<Row>& row, std::uint64_t collection);

  ReceiverTraits traits_;
  const Truth& truth_;
  Fail fail_;
  std::map<std::string, Series> series_;
  std::optional<WallTime> newest_;
  std::map<WallTime, std::uint64_t> numbers_;       // which collection a timestamp is of
  std::map<WallTime, int> lives_;                   // and in which life it came
  std::map<std::uint64_t, WallTime> dates_;         // the timestamp that each collection came with
  std::map<WallTime, std::vector<Request>> parts_;  // of those whose number did not come yet
  std::set<std::uint64_t> collections_;
  int life_ = 0;
  bool forgot_ = false;
  bool refused_new_ = false;
  bool disordered_ = false;
};

}  // namespace bpfpush::sim
