#include "config/quantity.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "config/faults.hpp"

namespace bpfpush {
namespace {

using std::chrono::milliseconds;

struct DurationUnit {
  std::string_view name;
  milliseconds length;
};
constexpr DurationUnit kDurationUnits[] = {
    {"y", std::chrono::days(365)}, {"w", std::chrono::weeks(1)},   {"d", std::chrono::days(1)},
    {"h", std::chrono::hours(1)},  {"m", std::chrono::minutes(1)}, {"s", std::chrono::seconds(1)},
    {"ms", milliseconds(1)},
};
// Longer than anyone means; far from where sums of time points overflow.
constexpr milliseconds kDurationMax = std::chrono::days(10 * 365);

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr SizeUnit kSizeUnits[] = {
    {"", 1},
    {"B", 1},
    {"KB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"KiB", std::uint64_t{1} << 10},
    {"MiB", std::uint64_t{1} << 20},
    {"GiB", std::uint64_t{1} << 30},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Error invalid(std::string_view text, std::string_view why) {
  return {Errc::kInvalidConfig, in_quotes(text).append(why)};
}

// Takes the number that `rest` begins with off it; false if there is none, or none that fits.
template <typename Number>
bool take_number(std::string_view& rest, Number& number) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc()) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

std::string_view take_letters(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && !is_digit(rest[size])) ++size;
  const std::string_view letters = rest.substr(0, size);
  rest.remove_prefix(size);
  return letters;
}

}  // namespace

Result<milliseconds> parse_duration(std::string_view text) {
  constexpr std::string_view kWrong = " is no duration; write it as 15s, 1m30s or 250ms";
  if (text == "0") return milliseconds(0);
  milliseconds total{0};
  std::string_view rest = text;
  auto unit = std::begin(kDurationUnits);
  do {
    std::uint64_t number = 0;
    if (!take_number(rest, number)) return invalid(text, kWrong);
    const std::string_view name = take_letters(rest);
    while (unit != std::end(kDurationUnits) && unit->name != name) ++unit;
    if (unit == std::end(kDurationUnits)) return invalid(text, kWrong);
    const auto room = static_cast<std::uint64_t>((kDurationMax - total) / unit->length);
    if (number > room) return invalid(text, " is too long; 10y is the longest duration");
    total += static_cast<milliseconds::rep>(number) * unit->length;
    ++unit;  // each unit once, the larger first
  } while (!rest.empty());
  return total;
}

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  std::string_view rest = text;
  std::uint64_t number = 0;
  if (take_number(rest, number)) {
    for (const SizeUnit& unit : kSizeUnits) {
      if (unit.name != rest) continue;
      if (number > std::numeric_limits<std::int64_t>::max() / unit.bytes) break;
      return number * unit.bytes;
    }
  }
  return invalid(text, " is no size; write it as 16MiB, 64MB or a number of bytes");
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  std::string_view rest = text;
  if (!take_number(rest, number) || !rest.empty()) {
    return invalid(text, " is no whole number; write it as 10000");
  }
  return number;
}

Result<double> parse_number(std::string_view text) {
  double number = 0;
  std::string_view rest = text;
  if (!take_number(rest, number) || !rest.empty() || !std::isfinite(number)) {
    return invalid(text, " is no finite number; write it as 0.001 or 1e-3");
  }
  return number;
}

Result<bool> parse_bool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return invalid(text, " is neither true nor false");
}

}  // namespace bpfpush
