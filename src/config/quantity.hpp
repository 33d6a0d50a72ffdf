#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace bpfpush {

// The errors say what the text is not, and how it is written right.

// As Prometheus writes it: "15s", "1m30s", "250ms", "1d"; units y w d h m s ms, the larger first;
// "0" alone needs none.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// As Go writes it, for files in a Go program's format: "1h", "1.5h", "1h0m30.5s", "300ms"; units h
// m s ms us ns in any order. What is finer than a millisecond is cut off.
Result<std::chrono::milliseconds> parse_go_duration(std::string_view text);

// Bytes: "4096", "64MB" (powers of 1000), "16MiB" (powers of 1024).
Result<std::uint64_t> parse_byte_size(std::string_view text);

Result<std::int64_t> parse_integer(std::string_view text);

// A finite decimal number.
Result<double> parse_number(std::string_view text);

// "true" or "false".
Result<bool> parse_bool(std::string_view text);

}  // namespace bpfpush
