#pragma once

#include <string>

#include "base/result.hpp"

namespace bpfpush {

// The files this process reads outside its spool: /proc and /sys for names, secrets that endpoints
// name. Reads are of small files that never block for long, so they are plain calls.
class Filesystem {
 public:
  virtual ~Filesystem() = default;

  // The whole file, which must not be larger than 16 MiB.
  virtual Result<std::string> read_file(const std::string& path) const = 0;
  // The text a symbolic link holds, not followed.
  virtual Result<std::string> read_link(const std::string& path) const = 0;
};

}  // namespace bpfpush
