#pragma once

#include "env/filesystem.hpp"
#include "labels/cgroup_names.hpp"
#include "labels/device_names.hpp"
#include "labels/interface_names.hpp"
#include "labels/kernel_symbols.hpp"
#include "labels/pci_ids.hpp"

namespace bpfpush {

// The names that this host has for numbers in keys. One for all decoders: what two labels ask for
// is looked up once.
struct HostNames {
  explicit HostNames(const Filesystem& filesystem)
      : devices(filesystem),
        interfaces(filesystem),
        cgroups(filesystem),
        symbols(filesystem),
        pci(filesystem) {}

  // Called before each collection: what changed since the last is right in this one, what was not
  // known is asked for again, and what the last one did not use is forgotten.
  void begin_collection() {
    devices.forget();
    interfaces.forget();
    cgroups.begin_collection();
    symbols.begin_collection();
    pci.begin_collection();
  }

  DeviceNames devices;
  InterfaceNames interfaces;
  CgroupNames cgroups;
  KernelSymbols symbols;
  PciIds pci;
};

}  // namespace bpfpush
