#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace bpfpush {

// What is wrong with one file, collected so that its author mends it in one go.
class Faults {
 public:
  explicit Faults(std::string file) : file_(std::move(file)) {}

  // `path` is the key's, "remote_write[0].url"; empty for the file as a whole.
  void add(int line, std::string_view path, std::string_view what);

  // "FILE:LINE"
  std::string where(int line) const;

  bool empty() const { return faults_.empty(); }

  // All faults by line, one a line: "FILE:LINE: path: what". A file broken throughout ends with how
  // many more there are.
  Error error() const;

 private:
  std::string file_;
  std::multimap<int, std::string> faults_;  // by line; those of one line as they were added
};

// `text` in quotes as a message shows it: its control characters replaced, its end cut off if it is
// long.
std::string in_quotes(std::string_view text);

}  // namespace bpfpush
