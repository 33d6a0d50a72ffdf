#pragma once

#include "env/filesystem.hpp"
#include "labels/device_names.hpp"

namespace bpfpush {

// The names that this host has for numbers in keys. One for all decoders: what two labels ask for
// is looked up once.
struct HostNames {
  explicit HostNames(const Filesystem& filesystem) : devices(filesystem) {}

  // Called before each collection: what changed since the last is right in this one.
  void begin_collection() { devices.forget(); }

  DeviceNames devices;
};

}  // namespace bpfpush
