#include <charconv>
#include <iterator>

#include "config/faults.hpp"
#include "config/quantity.hpp"

namespace bpfpush {
namespace {

struct GoUnit {
  std::string_view name;
  double nanoseconds;
};
constexpr GoUnit kGoUnits[] = {
    {"ns", 1},   {"us", 1e3}, {"\u00b5s", 1e3}, {"\u03bcs", 1e3},
    {"ms", 1e6}, {"s", 1e9},  {"m", 60 * 1e9},  {"h", 3600 * 1e9},
};
// As parse_duration(): longer than anyone means.
constexpr std::chrono::milliseconds kDurationMax = std::chrono::days(10 * 365);

// The unit that `rest` begins with, the longest that fits: "ms" is no "m". Null if there is none.
const GoUnit* take_unit(std::string_view& rest) {
  const GoUnit* unit = nullptr;
  for (const GoUnit& candidate : kGoUnits) {
    if (!rest.starts_with(candidate.name)) continue;
    if (unit == nullptr || candidate.name.size() > unit->name.size()) unit = &candidate;
  }
  if (unit != nullptr) rest.remove_prefix(unit->name.size());
  return unit;
}

}  // namespace

Result<std::chrono::milliseconds> parse_go_duration(std::string_view text) {
  const auto invalid = [&](const char* why) {
    return Error(Errc::kInvalidConfig, in_quotes(text) + why);
  };
  if (text == "0") return std::chrono::milliseconds(0);
  double nanoseconds = 0;
  std::string_view rest = text;
  do {
    double number = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (error != std::errc()) return invalid(" is no duration; write it as 1h, 90s or 1h30m");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const GoUnit* unit = take_unit(rest);
    if (unit == nullptr) return invalid(" is no duration; write it as 1h, 90s or 1h30m");
    nanoseconds += number * unit->nanoseconds;
  } while (!rest.empty());
  if (nanoseconds < 0) return invalid(" is negative");
  if (nanoseconds > std::chrono::nanoseconds(kDurationMax).count()) {
    return invalid(" is too long; 10 years is the longest duration");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(nanoseconds / 1e6));
}

}  // namespace bpfpush
