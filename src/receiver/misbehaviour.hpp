#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "receiver/message.hpp"

namespace bpfpush {

// What a receiver is told to do to its senders, so that they can be watched.
struct Misbehaviour {
  // Answers to write requests, one after another; what comes after the last is answered as it
  // should be. A 2xx replaces only a 2xx: what is wrong is refused all the same. With any other
  // status nothing is stored.
  std::vector<unsigned> statuses = {};
  bool resets = false;  // resets the connection in place of every answer; nothing is stored
  std::chrono::milliseconds delay{};                     // before each answer
  std::optional<std::chrono::seconds> retry_after = {};  // in answers that are 429 or 5xx
  bool written_headers = true;                           // X-Prometheus-Remote-Write-*-Written
  std::optional<WriteVersion> only = {};                 // other versions are answered 415
};

// "503,503,200". kInvalidConfig if it is no list of statuses (200 to 599).
Result<std::vector<unsigned>> parse_statuses(std::string_view text);

// The answer to give in place of the right one, request by request.
class ForcedAnswers {
 public:
  explicit ForcedAnswers(std::vector<unsigned> statuses) : statuses_(std::move(statuses)) {}

  // Nothing once all were given.
  std::optional<unsigned> next() {
    if (given_ == statuses_.size()) return std::nullopt;
    return statuses_[given_++];
  }

 private:
  std::vector<unsigned> statuses_;
  std::size_t given_ = 0;
};

}  // namespace bpfpush
