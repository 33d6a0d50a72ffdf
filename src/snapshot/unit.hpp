#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace bpfpush {

// What a value is measured or exported in. Units of one dimension share a base unit and are whole
// multiples of the dimension's smallest unit.
struct Unit {
  std::string_view name;      // "microseconds"; also what the configuration calls it
  std::string_view base;      // "seconds", "bytes", or "" for plain counts
  std::uint64_t in_smallest;  // 1000: nanoseconds in a microsecond

  bool is_base() const { return name == base && !base.empty(); }
};

// "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes", "kibibytes", "mebibytes" or ""
// (a plain count). The result lives for ever. kNotFound lists the names there are.
Result<const Unit*> find_unit(std::string_view name);

// How many `measured` make one `exported`: 1000 for nanoseconds shown as microseconds.
// kInvalidConfig when they are of different dimensions, or `exported` is finer than what was
// measured.
Result<std::uint64_t> measured_per_exported(const Unit& measured, const Unit& exported);

}  // namespace bpfpush
