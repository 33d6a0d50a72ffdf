#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "env/filesystem.hpp"

namespace bpfpush {

// Network interfaces' names by index, in the network namespace of /sys.
class InterfaceNames {
 public:
  explicit InterfaceNames(const Filesystem& filesystem) : filesystem_(filesystem) {}

  // "eth0"; "" where there is no such interface (any more).
  std::string name(std::uint32_t index);

  // Forgets every name. Called before each collection, so the first name asked for in it reads all
  // of /sys/class/net, a few microseconds for each interface: renamed interfaces and reused indices
  // show at once, and nothing grows.
  void forget() { names_.reset(); }

 private:
  using Names = std::unordered_map<std::uint64_t, std::string>;

  Names read() const;

  const Filesystem& filesystem_;
  std::optional<Names> names_;
};

}  // namespace bpfpush
