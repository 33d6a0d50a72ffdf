#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"
#include "env/file_descriptor.hpp"
#include "env/filesystem.hpp"
#include "probe/pin_directory.hpp"

namespace bpfpush {

// A directory of pins that is ours alone while this lives.
struct LockedPins {
  FileDescriptor lock;
  PinDirectory directory;
};

// The directory where the configuration has kernel state pinned, made and locked; null where it has
// none pinned. kInvalidConfig if another agent has it, kUnsupported if this host or user cannot pin
// anything.
Result<std::unique_ptr<LockedPins>> open_pins(const PinConfig& config,
                                              const Filesystem& filesystem);

// The directory for commands that are given a configuration, or none: then it is the default one.
Result<std::string> pin_path_of(const std::string& config_file, const Filesystem& filesystem);

// "3 programs, 5 maps, 3 links, counting since 2026-11-26T05:00:00Z"
std::string describe(const PinnedParts& parts);

}  // namespace bpfpush
