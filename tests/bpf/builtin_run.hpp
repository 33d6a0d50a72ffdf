#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/collector.hpp"
#include "config/config.hpp"
#include "env/posix_filesystem.hpp"

namespace bpfpush {

// A program of the suite in this kernel, from construction on.
class BuiltinRun {
 public:
  // Fails the test if one of its BPF programs is not attached, other than for what this kernel has
  // not: filesystems may be modules.
  explicit BuiltinRun(const std::string& name,
                      const std::map<std::string, std::string>& settings = {});

  // The same with filters and all that a configuration can say.
  explicit BuiltinRun(const ProgramConfig& program);

  // Is this one of the object's BPF programs that are to be attached?
  bool has_program(const std::string& name) const;

  struct Totals {
    std::uint64_t count = 0;
    std::uint64_t sum = 0;  // in the unit that was measured
    friend bool operator==(const Totals&, const Totals&) = default;
  };

  // A histogram by its label values, with "," between them.
  std::map<std::string, Totals> totals(const std::string& family);
  std::map<std::string, std::uint64_t> counts(const std::string& family);
  // A counter, likewise.
  std::map<std::string, std::uint64_t> values(const std::string& family);

 private:
  void load();
  std::map<std::string, std::vector<std::uint64_t>> rows(const std::string& family);

  PosixFilesystem filesystem_;
  Collector collector_{"", filesystem_};
};

// Counts a tracepoint without any of what the suite is made of.
class TracepointCounter {
 public:
  enum class By { kNothing, kFirstArgument, kSecondAndThird };
  TracepointCounter(const std::string& tracepoint, By by);

  // By argument; 0 for By::kNothing, the second argument in the upper half for kSecondAndThird.
  std::map<std::uint64_t, std::uint64_t> counts() const;

 private:
  struct Close {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
  };
  std::unique_ptr<bpf_object, Close> object_;
  std::unique_ptr<bpf_link, Close> link_;
};

// What was counted between two readings of a BuiltinRun, held against another who counts: he is
// read right before and right after each reading, so the truth lies between his numbers.
class Bracket {
 public:
  using Counts = std::map<std::string, std::uint64_t>;
  using Read = std::function<Counts()>;

  // Takes the first reading. `in_flight`: events that one of the two may have counted already and
  // the other not, as many as can be under way at once.
  Bracket(Read ours, Read theirs, std::uint64_t in_flight);

  // Takes the second reading and compares, label by label.
  void expect_equal();

 private:
  struct Reading {
    Counts before, ours, after;
  };
  Reading read() const;

  Read ours_, theirs_;
  std::uint64_t in_flight_;
  Reading start_;
};

}  // namespace bpfpush
