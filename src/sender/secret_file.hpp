#pragma once

#include <string>

#include "env/filesystem.hpp"

namespace bpfpush {

// The one line that a file of a password or token holds, without the line break at its end. `key`
// is the configuration's name for the file: errors say it, and never the content.
Result<std::string> read_secret(const Filesystem& filesystem, const std::string& key,
                                const std::string& path);

}  // namespace bpfpush
