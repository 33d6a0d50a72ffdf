#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "env/filesystem.hpp"
#include "labels/used_names.hpp"

namespace bpfpush {

// What the PCI ID database calls things: a label, whether it knows the number, or does not, or is
// not there.
class PciIds {
 public:
  explicit PciIds(const Filesystem& filesystem) : filesystem_(filesystem) {}

  std::string vendor(std::uint64_t id);
  std::string device(std::uint64_t id);    // the vendor's id in the upper 16 bits
  std::string class_of(std::uint64_t id);  // the base class alone: 1 is mass storage
  std::string subclass(std::uint64_t id);  // the base class in the upper 8 bits of 16

  // Called before each collection. The database is read, once, in one that asks for a number whose
  // name the last one did not show.
  void begin_collection();

 private:
  // The name of the entry `top` ("8086", "C 01"), or of the entry `sub` below it.
  std::optional<std::string_view> find(std::string_view top, std::string_view sub = {});
  std::string unknown(const std::string& what);
  const std::string& text();

  const Filesystem& filesystem_;
  std::optional<std::string> text_;  // of the database; "" if there is none
  UsedNames vendors_, devices_, classes_, subclasses_;
};

}  // namespace bpfpush
