#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "snapshot/key_schema.hpp"

namespace bpfpush {

// Decimal, of 1, 2, 4 or 8 bytes in host order; "unknown:" and hexadecimal for other sizes, which
// only a decoder before this one can make.
std::string decode_uint(std::string_view bytes);

// Lower case, without a prefix.
std::string decode_hex(std::string_view bytes);

// Up to the first NUL.
std::string decode_string(std::string_view bytes);

// What the map has for `text`; for what it has not "unknown:TEXT", or `text` itself where
// allow_unknown says so.
std::string decode_static_map(std::string_view text, const DecoderSpec& spec);

// The number that `text` is, if all of it is one.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

// At least `digits` hexadecimal digits.
std::string to_hex(std::uint64_t number, std::size_t digits);

}  // namespace bpfpush
