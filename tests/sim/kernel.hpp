#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/collector.hpp"
#include "sim/dice.hpp"
#include "sim/truth.hpp"

namespace bpfpush::sim {

// One BPF map of histograms by a number. It counts, and its entries come and go. What it shows,
// with what the agent is to add of entries that went, is noted in the Truth at each read.
class SimMap {
 public:
  struct Options {
    std::string name;
    std::size_t keys = 1;      // that may ever appear
    std::size_t capacity = 1;  // at once
    bool evicts = false;       // the least recently used; else what finds no room overflows
    bool outlives = false;     // the agent: another made it
    bool churns = false;
    bool fails = false;  // to be read, now and then
    std::size_t bounds = 3;
  };

  // Both outlive this.
  SimMap(Options options, Dice& dice, Truth& truth);

  // Something happens, as it would between two reads.
  void act();

  // The agent started: what it loads itself begins at zero. Or the host did: all does.
  void begin_life();
  void begin_boot();

  // It can be read from here on.
  void heal() { options_.fails = false; }

  CollectedMetric metric();  // for a Collector; refers to this

  // What was counted of each series in its present epoch and not lost with an entry that was
  // evicted before anyone read it.
  std::map<std::string, std::uint64_t> counts() const;

 private:
  class Source;
  struct Entry {
    Row row;
    Row unread;             // of it
    std::uint64_t allowed;  // observations until the next read
    std::uint64_t used = 0;
  };
  struct Seen {
    Row row;  // read so far in this epoch
    std::uint64_t last = 0;
  };

  Row zeros() const { return Row(options_.bounds + 2); }
  std::string series(std::uint64_t key) const;
  void observe(std::uint64_t key);
  void evict();
  void churn();
  void erase(std::uint64_t key);
  Result<void> read(MapRows& rows);
  void note_all();

  Options options_;
  Dice& dice_;
  Truth& truth_;
  int epoch_ = 0;
  std::map<std::uint64_t, Entry> entries_;
  std::map<std::uint64_t, std::uint64_t> gone_counts_;  // since the last read: what they had
  Row overflow_;
  std::map<std::string, Row> seen_;
  std::uint64_t tick_ = 0;
};

}  // namespace bpfpush::sim
