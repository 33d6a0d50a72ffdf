#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "env/clock.hpp"

namespace bpfpush::sim {

using Row = std::vector<std::uint64_t>;  // as Family lays it out: the sum, then the buckets

// What was there to be collected: the world's own record, made where the kernel is read, which
// everything that arrives is compared with. Collections are numbered from 1.
class Truth {
 public:
  struct Collection {
    int life = 0;   // of the agent
    WallTime date;  // the right one
    BootId boot{};
  };
  // From a collection on a series showed this; nothing: it was not there.
  struct Change {
    std::uint64_t collection = 0;
    int epoch = 0;  // its counts only grow within one
    std::optional<Row> row;
  };

  std::uint64_t begin_collection(const Collection& collection);
  void saw(const std::string& series, int epoch, std::optional<Row> row);

  std::uint64_t collections() const { return collections_.size(); }
  const Collection& collection(std::uint64_t number) const { return collections_.at(number - 1); }

  // What a series showed in a collection; null if it was not there.
  const Change* at(const std::string& series, std::uint64_t collection) const;
  const std::map<std::string, std::vector<Change>>& series() const { return series_; }

 private:
  std::vector<Collection> collections_;
  std::map<std::string, std::vector<Change>> series_;
};

}  // namespace bpfpush::sim
