#pragma once

#include <string>
#include <utility>

#include "env/filesystem.hpp"

namespace bpfpush {

// A password, a token or a key: the file that holds it, or itself where there is no file (then an
// environment variable held it).
struct Secret {
  std::string file;
  std::string value;

  bool is_given() const { return !file.empty() || !value.empty(); }
};

// The one line that the secret is, without the line break at a file's end. A file is read anew each
// time, so that what rotates it need not tell us, and refused with kInvalidConfig if every user of
// this host may read it. `key` is the configuration's name for it: errors say it, and never the
// content.
Result<std::string> read_secret(const Filesystem& filesystem, const std::string& key,
                                const Secret& secret);

// kInvalidConfig if every user of this host may read the file, whatever it holds: a private key.
Result<void> check_private(const Filesystem& filesystem, const std::string& key,
                           const std::string& file);

}  // namespace bpfpush
