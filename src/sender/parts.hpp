#pragma once

#include <cstddef>
#include <deque>

namespace bpfpush {

// What is left to send of one snapshot, as ranges of its series (a histogram counts as one and is
// never cut). In the beginning that is all of it, and it is sent from the front. What the receiver
// finds too large is halved. What fails again and again, although the receiver may be up, is
// isolated: a single series is tried beside it, and only once that passes are halves tried, and
// what fails alone given up. Nothing is given up unless it failed, then another passed, then it
// failed again; while the receiver is down nothing passes.
class Parts {
 public:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;

    std::size_t size() const { return end - begin; }
    friend bool operator==(const Range&, const Range&) = default;
  };
  enum class Failure {
    kWait,    // nothing new to try: wait longer each time
    kTryOn,   // another part is to be tried, and the receiver was seen to be up
    kGiveUp,  // it was one series and has been dropped
  };

  explicit Parts(std::size_t series);

  bool empty() const { return parts_.empty(); }

  // What to try next. Not when empty. All that follows is about a request for this range, up to
  // `end`, where the request was full.
  Range next() const { return parts_[next_].range; }

  // The receiver took it.
  void passed(std::size_t end);

  // It was refused for good, which says nothing about the rest.
  void refused(std::size_t end);

  // It was too large, and is now in halves. False if it is one series.
  bool halve(std::size_t end);

  // It fails, and has failed long enough to look into it.
  Failure failed(std::size_t end);

  // failed() has been called, so one failure is enough to call it again.
  bool isolating() const { return isolating_; }

 private:
  struct Part {
    Range range;
    int failed_at = kNever;  // passes_ when it, or what it was cut from, failed last
    int tried_at = kNever;   // passes_ when it failed itself
    bool reserve = false;    // kept back until nothing else is left to try
  };
  static constexpr int kNever = -1;

  void cut_next_at(std::size_t end);
  void drop_next();
  void begin_isolation();
  void choose();

  std::deque<Part> parts_;
  std::size_t next_ = 0;  // an index in parts_
  int passes_ = 0;        // since the isolation began
  bool isolating_ = false;
};

}  // namespace bpfpush
