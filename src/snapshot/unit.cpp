#include "snapshot/unit.hpp"

#include <string>

namespace bpfpush {
namespace {

constexpr Unit kUnits[] = {
    {"", "", 1},
    {"nanoseconds", "seconds", 1},
    {"microseconds", "seconds", 1'000},
    {"milliseconds", "seconds", 1'000'000},
    {"seconds", "seconds", 1'000'000'000},
    {"bytes", "bytes", 1},
    {"kibibytes", "bytes", 1 << 10},
    {"mebibytes", "bytes", 1 << 20},
};

std::string quoted(std::string_view name) {
  return "\"" + std::string(name) + "\"";
}

}  // namespace

Result<const Unit*> find_unit(std::string_view name) {
  std::string known;
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
    if (!unit.name.empty()) known += (known.empty() ? "" : ", ") + std::string(unit.name);
  }
  return Error(Errc::kNotFound, "unknown unit " + quoted(name) + "; the units are " + known);
}

Result<std::uint64_t> measured_per_exported(const Unit& measured, const Unit& exported) {
  if (measured.base != exported.base) {
    return Error(Errc::kInvalidConfig, "what is measured in " + quoted(measured.name) +
                                           " cannot be shown in " + quoted(exported.name));
  }
  if (exported.in_smallest % measured.in_smallest != 0) {
    return Error(Errc::kInvalidConfig, "the unit " + quoted(exported.name) + " is finer than " +
                                           quoted(measured.name) + ", in which it is measured");
  }
  return exported.in_smallest / measured.in_smallest;
}

}  // namespace bpfpush
